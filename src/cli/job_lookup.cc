#include "cli/job_lookup.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/error.h"
#include "cli/cloud.h"
#include "cli/json_value.h"
#include "cli/last_job.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kShown = 5;

// Names in an answer to ListTrainingJobs.
void append_names(const json::object& answer, std::vector<std::string>& names) {
  for (const json::value& item : array_at(answer, "TrainingJobSummaries")) {
    names.push_back(text_at(item.as_object(), "TrainingJobName"));
  }
}

}  // namespace

std::string pick_name(std::string_view given, const std::vector<std::string>& names) {
  if (std::ranges::find(names, given) != names.end()) return std::string(given);
  std::vector<std::string> matches;
  std::ranges::copy_if(names, std::back_inserter(matches),
                       [&](const std::string& name) { return name.starts_with(given); });
  if (matches.size() == 1) return matches.front();
  if (matches.empty()) {
    throw Error(ErrorKind::kNotFound,
                "no training job is called '" + std::string(given) + "' or starts with it");
  }
  std::string text =
      "'" + std::string(given) + "' could be " + std::to_string(matches.size()) + " training jobs:";
  for (std::size_t i = 0; i < std::min(matches.size(), kShown); ++i) text += "\n  " + matches[i];
  if (matches.size() > kShown) text += "\n  …";
  throw Error(ErrorKind::kInvalid, text);
}

std::string find_job(Cloud& cloud, std::string_view given) {
  json::object request{{"SortBy", "CreationTime"}, {"SortOrder", "Descending"}, {"MaxResults", 10}};
  std::vector<std::string> names;
  if (given.empty()) {
    if (const std::string last = remembered_job(); !last.empty()) {
      request["NameContains"] = last;
      append_names(cloud.sagemaker("ListTrainingJobs", request), names);
      // Of another server, or deleted, it is nobody's last job.
      if (std::ranges::find(names, last) != names.end()) return last;
      request.erase("NameContains");
      names.clear();
    }
    append_names(cloud.sagemaker("ListTrainingJobs", request), names);
    if (names.empty()) throw Error(ErrorKind::kNotFound, "there are no training jobs yet");
    return names.front();
  }
  request["MaxResults"] = 100;
  request["NameContains"] = given;
  while (true) {
    const json::object answer = cloud.sagemaker("ListTrainingJobs", request);
    append_names(answer, names);
    const std::string token = text_at(answer, "NextToken");
    if (token.empty()) return pick_name(given, names);
    request["NextToken"] = token;
  }
}

}  // namespace sagebrush::cli
