#include "agent/gate.h"

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/text.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using namespace agent_protocol;

// About four million objects; one answer of another call is never that long.
constexpr std::size_t kLongestInputs = 1 << 30;

http::Endpoint endpoint_of(const Access& access) {
  http::Endpoint endpoint = http::parse_endpoint(access.server_url);
  endpoint.ca_file = access.ca_file;
  return endpoint;
}

json::object parse_object(const std::string& text) {
  if (trim(text).empty()) return {};
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) {
    throw Error(ErrorKind::kUnavailable, "the server answered something that is not an object");
  }
  return std::move(value.get_object());
}

std::string message_of(const http::ClientResponse& response) {
  boost::system::error_code failed;
  const json::value value = json::parse(response.body, failed);
  if (!failed && value.is_object()) {
    for (const char* name : {"message", "Message"}) {
      if (const auto* text = value.get_object().if_contains(name); text && text->is_string()) {
        return std::string(text->get_string());
      }
    }
  }
  return "HTTP status " + std::to_string(response.status);
}

}  // namespace

Gate::Gate(const Spec& spec)
    : client_(endpoint_of(spec.access)),
      base_("/_agent/v1/" + uri_encode(spec.job_id) + "/" + std::to_string(spec.attempt) + "/" +
            uri_encode(spec.host) + "/"),
      authorization_("Bearer " + spec.access.token) {}

json::object Gate::call(const char* method, const char* name, const std::string& body,
                        const char* type, const http::BodySink& sink) {
  http::ClientRequest request;
  request.method = method;
  request.target = base_ + name;
  request.headers.add("Authorization", authorization_);
  if (!body.empty()) request.headers.add("Content-Type", type);
  request.body = body;
  const http::ClientResponse response = client_.send(request, sink);
  if (response.status / 100 == 2) return parse_object(response.body);
  const std::string message = message_of(response);
  switch (response.status) {
    case 401:
    case 403:
    case 409:
    case 410: throw LeaseLost(message);
    case 408:
    case 429: throw Error(ErrorKind::kUnavailable, message);
    default: break;
  }
  throw Error(response.status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kInvalid, message);
}

ReportAnswer Gate::report(const Report& report) {
  return report_answer_from_json(call("POST", "report", json::serialize(to_json(report))));
}

std::uint64_t Gate::post_logs(const LogBatchWriter& batch) {
  const auto answer = call("POST", "logs", batch.bytes(), "application/octet-stream");
  return JsonReader(answer).size("next_sequence");
}

void Gate::post_usage(const UsageBatch& batch) {
  call("POST", "metrics", json::serialize(to_json(batch)));
}

Inputs Gate::inputs() {
  std::string text;
  call("GET", "inputs", "", "", [&](std::span<const std::byte> piece) {
    if (text.size() + piece.size() > kLongestInputs) {
      throw Error(ErrorKind::kInvalid, "the list of the channels' objects is longer than 1 GiB");
    }
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return inputs_from_json(parse_object(text));
}

void Gate::exit(const ExitRecord& record) {
  call("POST", "exit", json::serialize(to_json(record)));
}

}  // namespace sagebrush::agent
