#include "job/log_rules.h"

#include "job/job_view.h"

namespace sagebrush::job {
namespace {

using agent_protocol::LogRule;

const LogRule kGpuMemory{
    .pattern = "CUDA out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED",
    .cause = "CUDA out of memory",
    .retry = false};

// A pattern for the text itself.
std::string literally(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c))) {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern;
}

}  // namespace

std::vector<LogRule> log_rules_of(const boost::json::object& request,
                                  const std::vector<LogRule>& configured) {
  std::vector<LogRule> rules;
  for (const auto& [tag, retry] : {std::pair{kNoRetryOnTag, false}, {kRetryOnTag, true}}) {
    const std::string text = tag_of(request, tag);
    if (!text.empty()) rules.push_back({.pattern = literally(text), .cause = text, .retry = retry});
  }
  rules.insert(rules.end(), configured.begin(), configured.end());
  rules.push_back(kGpuMemory);
  return rules;
}

}  // namespace sagebrush::job
