#include "agent_protocol/log_rule.h"

#include "agent_protocol/json_reader.h"

namespace sagebrush::agent_protocol {

namespace json = boost::json;

json::array to_json(const std::vector<LogRule>& rules) {
  json::array all;
  for (const auto& rule : rules) {
    json::object out{{"pattern", rule.pattern}, {"cause", rule.cause}};
    if (rule.retry) out["retry"] = *rule.retry;
    all.push_back(std::move(out));
  }
  return all;
}

std::vector<LogRule> log_rules_from_json(const json::array& array) {
  std::vector<LogRule> rules;
  for (const auto& value : array) {
    const JsonReader in(as_object(value, "a log rule"));
    rules.push_back({.pattern = in.text("pattern"), .cause = in.text("cause"), .retry = {}});
    if (in.has("retry")) rules.back().retry = in.boolean("retry");
  }
  return rules;
}

}  // namespace sagebrush::agent_protocol
