// Generated from the service model of made-up by tools/codegen; not to be edited.
#include "aws/body_receivers.h"
#include "http/message.h"
#include "service/registry.h"

#include "generated/made_up/create_thing.h"
#include "generated/made_up/delete_thing.h"
#include "generated/made_up/get_thing_bytes.h"
#include "generated/made_up/ping.h"
#include "generated/made_up/put_thing_bytes.h"

namespace sagebrush::service {
namespace {

boost::json::object call_create_thing(Call& call, boost::json::object&& input) {
  return made_up::create_thing(call, sagebrush::made_up::CreateThingRequest::from_json(std::move(input))).take();
}

boost::json::object call_delete_thing(Call& call, boost::json::object&& input) {
  made_up::delete_thing(call, sagebrush::made_up::DeleteThingRequest::from_json(std::move(input)));
  return {};
}

http::Response call_get_thing_bytes(Call& call, boost::json::object&& input) {
  return made_up::get_thing_bytes(call, sagebrush::made_up::DeleteThingRequest::from_json(std::move(input)));
}

std::unique_ptr<aws::BodySink> call_put_thing_bytes(std::shared_ptr<Call> call, boost::json::object&& input) {
  return made_up::put_thing_bytes(std::move(call), sagebrush::made_up::ThingBytes::from_json(std::move(input)));
}

boost::json::object call_ping(Call& call, boost::json::object&& /*input*/) {
  made_up::ping(call);
  return {};
}

constexpr Implementation kRows[] = {
    {"CreateThing", 0, OperationKind::kPlain, call_create_thing, nullptr, nullptr},
    {"DeleteThing", 1, OperationKind::kPlain, call_delete_thing, nullptr, nullptr},
    {"GetThingBytes", 2, OperationKind::kStreamingOutput, nullptr, nullptr, call_get_thing_bytes},
    {"PutThingBytes", 3, OperationKind::kStreamingInput, nullptr, call_put_thing_bytes, nullptr},
    {"Ping", 4, OperationKind::kPlain, call_ping, nullptr, nullptr}};

}  // namespace

std::span<const Implementation> implementations_of_made_up();
std::span<const Implementation> implementations_of_made_up() { return kRows; }

}  // namespace sagebrush::service
