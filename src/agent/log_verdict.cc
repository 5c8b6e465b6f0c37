#include "agent/log_verdict.h"

#include <re2/re2.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "agent/failure_reason.h"
#include "container/frame_log.h"

namespace sagebrush::agent {

using agent_protocol::LogRule;

const LogRule* find_log_rule(const std::vector<LogRule>& rules, const std::filesystem::path& log) {
  if (rules.empty()) return nullptr;
  std::vector<std::unique_ptr<RE2>> patterns;
  for (const auto& rule : rules) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_encoding(RE2::Options::EncodingLatin1);  // any bytes may come
    patterns.push_back(std::make_unique<RE2>(rule.pattern, options));
    if (!patterns.back()->ok()) spdlog::warn("log rule: {}", patterns.back()->error());
  }
  std::size_t best = rules.size();
  container::FrameReader reader(log);
  reader.read([&](const container::Frame& frame) {
    for (std::size_t i = 0; i < best; ++i) {
      if (patterns[i]->ok() && RE2::PartialMatch(frame.text, *patterns[i])) best = i;
    }
    return best > 0;
  });
  return best < rules.size() ? &rules[best] : nullptr;
}

void apply(const LogRule& rule, agent_protocol::ExitRecord& record) {
  if (rule.retry) record.infrastructure = *rule.retry;
  if (rule.cause.empty()) return;
  const std::string reason = record.failure_reason;
  const auto kind = reason.find("Error: ");
  const std::size_t rest = kind == std::string::npos || kind > 20 ? 0 : kind + 7;
  record.failure_reason =
      cut_reason(reason.substr(0, rest) + rule.cause + ": " + reason.substr(rest));
}

}  // namespace sagebrush::agent
