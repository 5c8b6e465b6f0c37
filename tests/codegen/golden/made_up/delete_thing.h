// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "generated/made_up/shapes/delete_thing_request.h"

namespace sagebrush::service {
struct Call;
}

namespace sagebrush::service::made_up {

using sagebrush::made_up::DeleteThingRequest;

void delete_thing(Call& call, const sagebrush::made_up::DeleteThingRequest& request);

}  // namespace sagebrush::service::made_up
