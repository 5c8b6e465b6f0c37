// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once


namespace sagebrush::service {
struct Call;
}

namespace sagebrush::service::made_up {


void ping(Call& call);

}  // namespace sagebrush::service::made_up
