#include "service/agent_gate/agent_gate.h"

#include <boost/json.hpp>

#include "agent_protocol/log_batch.h"
#include "base/error.h"
#include "base/text.h"
#include "job/agent_desk.h"

namespace sagebrush::service {
namespace {

namespace json = boost::json;
using job::AgentDesk;
using job::AgentIdentity;

http::Response respond(int status, const json::object& body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = json::serialize(body);
  return response;
}

http::Response refuse(int status, std::string_view message) {
  return respond(status, {{"message", message}});
}

int status_of(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kInvalid: return 400;
    case ErrorKind::kConflict:
    case ErrorKind::kNotFound: return 409;  // the job ended while the call was on its way
    case ErrorKind::kUnavailable: return 503;
    default: return 500;
  }
}

json::object parse_body(std::string_view body) {
  json::error_code failed;
  json::value value = json::parse(body, failed);
  if (failed || !value.is_object())
    throw Error(ErrorKind::kInvalid, "the body is not a JSON object");
  return std::move(value.get_object());
}

json::object answer(AgentDesk& desk, const AgentIdentity& agent, std::string_view call,
                    std::string_view body) {
  if (call == "report") {
    return to_json(desk.report(agent, agent_protocol::report_from_json(parse_body(body))));
  }
  if (call == "logs") {
    const auto next = desk.store_logs(agent, agent_protocol::read_log_batch(body));
    return {{"next_sequence", static_cast<std::int64_t>(next)}};
  }
  if (call == "metrics") {
    desk.store_usage(agent, agent_protocol::usage_batch_from_json(parse_body(body)));
    return {};
  }
  if (call == "inputs") return to_json(desk.inputs(agent));
  desk.exit(agent, agent_protocol::exit_record_from_json(parse_body(body)));
  return {};
}

bool is_call(std::string_view method, std::string_view call) {
  if (call == "inputs") return method == "GET";
  return method == "POST" &&
         (call == "report" || call == "logs" || call == "metrics" || call == "exit");
}

}  // namespace

http::Response answer_agent(AgentDesk& desk, const http::Request& request, std::string_view body) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto parts = split(std::string_view(request.path).substr(kAgentPath.size()), '/');
  const auto attempt = parts.size() == 4 ? parse_unsigned(parts[1]) : std::nullopt;
  if (!attempt || !is_call(request.method, parts[3])) return refuse(404, "no such agent call");
  const std::string_view authorization = request.headers.get("Authorization");
  if (!authorization.starts_with(kBearer)) return refuse(401, "an attempt's token is needed");
  const AgentIdentity agent{.job_id = std::string(parts[0]),
                            .attempt = static_cast<int>(*attempt),
                            .host = std::string(parts[2]),
                            .token = std::string(authorization.substr(kBearer.size()))};
  try {
    return respond(200, answer(desk, agent, parts[3], body));
  } catch (const Error& error) {
    return refuse(status_of(error), error.what());
  }
}

}  // namespace sagebrush::service
