#include "cli/job_wait.h"

#include <algorithm>

#include "cli/cloud.h"
#include "cli/json_value.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostAsked = 20;
constexpr const char* kWaiting[] = {"Starting", "Pending", "Interrupted", "Restarting"};

bool waits(const json::object& summary) {
  return text_at(summary, "TrainingJobStatus") == "InProgress" &&
         std::ranges::find(kWaiting, text_at(summary, "SecondaryStatus")) != std::end(kWaiting);
}

}  // namespace

std::map<std::string, std::string> waits_of(Cloud& cloud, const json::array& summaries) {
  std::map<std::string, std::string> waits_for;
  for (const json::value& item : summaries) {
    const json::object& summary = item.as_object();
    if (waits_for.size() == kMostAsked) break;
    if (!waits(summary)) continue;
    const std::string name = text_at(summary, "TrainingJobName");
    const json::object job = cloud.sagemaker("DescribeTrainingJob", {{"TrainingJobName", name}});
    const json::array& transitions = array_at(job, "SecondaryStatusTransitions");
    if (transitions.empty()) continue;
    waits_for[name] = text_at(transitions.back().as_object(), "StatusMessage");
  }
  return waits_for;
}

}  // namespace sagebrush::cli
