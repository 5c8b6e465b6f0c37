// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include <memory>

#include "generated/made_up/shapes/thing_bytes.h"

namespace sagebrush::aws {
class BodySink;
}

namespace sagebrush::service {
struct Call;
}

namespace sagebrush::service::made_up {

using sagebrush::made_up::ThingBytes;

std::unique_ptr<aws::BodySink> put_thing_bytes(std::shared_ptr<Call> call, const sagebrush::made_up::ThingBytes& request);

}  // namespace sagebrush::service::made_up
