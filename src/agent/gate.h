#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "agent_protocol/log_batch.h"
#include "agent_protocol/messages.h"
#include "agent_protocol/spec.h"
#include "agent_protocol/usage.h"
#include "http/client.h"

namespace sagebrush::agent {

// The server no longer wants this attempt: kill the container, upload nothing, leave.
class LeaseLost : public std::runtime_error {
 public:
  explicit LeaseLost(const std::string& message) : std::runtime_error(message) {}
};

// The server's side of the agent protocol, one call a method; for use by one thread. Each throws
// LeaseLost (409, 401, 403, 410), Error{kUnavailable} when the server is away or answers 5xx,
// Error{kInvalid} with the server's message on another 4xx.
class Gate {
 public:
  explicit Gate(const agent_protocol::Spec& spec);
  agent_protocol::ReportAnswer report(const agent_protocol::Report& report);
  // The number of the line that is wanted next.
  std::uint64_t post_logs(const agent_protocol::LogBatchWriter& batch);
  void post_usage(const agent_protocol::UsageBatch& batch);
  agent_protocol::Inputs inputs();
  void exit(const agent_protocol::ExitRecord& record);

 private:
  boost::json::object call(const char* method, const char* name, const std::string& body,
                           const char* type = "application/json", const http::BodySink& sink = {});

  http::Client client_;
  std::string base_;
  std::string authorization_;
};

}  // namespace sagebrush::agent
