#pragma once

#include <string_view>

#include "http/message.h"

namespace sagebrush::job {
class AgentDesk;
}

namespace sagebrush::service {

inline constexpr std::string_view kAgentPath = "/_agent/v1/";

// Answers one agent's request (ARCHITECTURE.md, "Agent protocol"). Errors are {"message": …}: 400
// for what the job's owner can mend, 401 without a token, 404 for a path that is none, 409 when the
// lease is lost.
http::Response answer_agent(job::AgentDesk& desk, const http::Request& request,
                            std::string_view body);

}  // namespace sagebrush::service
