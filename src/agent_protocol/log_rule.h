#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::agent_protocol {

// What a line of a failed job's log says about the failure.
struct LogRule {
  std::string pattern;        // RE2; matched anywhere in a line
  std::string cause;          // put in front of the FailureReason; "" to leave that as it is
  std::optional<bool> retry;  // true: another attempt may mend it, false: none will
};

boost::json::array to_json(const std::vector<LogRule>& rules);
// Throws Error{kInvalid} that names the member.
std::vector<LogRule> log_rules_from_json(const boost::json::array& array);

}  // namespace sagebrush::agent_protocol
