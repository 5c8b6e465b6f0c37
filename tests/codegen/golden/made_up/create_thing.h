// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "generated/made_up/shapes/create_thing_request.h"
#include "generated/made_up/shapes/create_thing_response.h"
#include "generated/made_up/shapes/node.h"

namespace sagebrush::service {
struct Call;
}

namespace sagebrush::service::made_up {

using sagebrush::made_up::CreateThingRequest;
using sagebrush::made_up::CreateThingResponse;
using sagebrush::made_up::Node;

sagebrush::made_up::CreateThingResponse create_thing(Call& call, const sagebrush::made_up::CreateThingRequest& request);

}  // namespace sagebrush::service::made_up
