#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/log_rule.h"
#include "agent_protocol/messages.h"

namespace sagebrush::agent {

// The first rule that a line of the log matches, in the order of the rules; nullptr for none. A
// pattern that is none is passed over.
const agent_protocol::LogRule* find_log_rule(const std::vector<agent_protocol::LogRule>& rules,
                                             const std::filesystem::path& log);

// Puts the rule's cause into a failed record's reason, behind its kind ("AlgorithmError: "), and
// says whether another attempt may help.
void apply(const agent_protocol::LogRule& rule, agent_protocol::ExitRecord& record);

}  // namespace sagebrush::agent
