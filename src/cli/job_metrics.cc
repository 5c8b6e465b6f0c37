#include "cli/job_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>

#include "aws/aws_error.h"
#include "base/time.h"
#include "cli/cloud.h"
#include "cli/duration_text.h"
#include "cli/json_value.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

constexpr const char* kTrainingMetrics = "/aws/sagemaker/TrainingJobs";
constexpr const char* kProgressMetrics = "Sagebrush/TrainingJobs";
constexpr std::size_t kQueriesACall = 500;
// How old a value may be; AWS has one a minute, and that late.
constexpr std::chrono::seconds kFresh{10};
constexpr std::chrono::minutes kFreshAtAws{10};

struct Wanted {
  const char* name_space;
  std::string metric;
  const char* dimension;
  std::string value;
};

// The latest value of each, in order.
std::vector<std::optional<double>> latest(Cloud& cloud, const std::vector<Wanted>& wanted) {
  const bool aws = cloud.is_aws();
  std::vector<std::optional<double>> values(wanted.size());
  const Time end = now() + std::chrono::seconds(1);
  const Time start = end - (aws ? std::chrono::seconds(kFreshAtAws) : kFresh);
  for (std::size_t begin = 0; begin < wanted.size(); begin += kQueriesACall) {
    json::array queries;
    for (std::size_t i = begin; i < std::min(begin + kQueriesACall, wanted.size()); ++i) {
      const Wanted& one = wanted[i];
      queries.push_back(json::object{
          {"Id", fmt::format("q{}", i)},
          {"MetricStat",
           {{"Metric",
             {{"Namespace", one.name_space},
              {"MetricName", one.metric},
              {"Dimensions", json::array{{{"Name", one.dimension}, {"Value", one.value}}}}}},
            {"Period", aws ? 60 : 1},
            {"Stat", "Average"}}}});
    }
    json::object request{{"MetricDataQueries", std::move(queries)},
                         {"StartTime", to_seconds(start)},
                         {"EndTime", to_seconds(end)},
                         {"ScanBy", "TimestampDescending"}};
    const json::object answer = cloud.cloudwatch("GetMetricData", request);
    for (const json::value& item : array_at(answer, "MetricDataResults")) {
      const json::object& result = item.as_object();
      const json::array& found = array_at(result, "Values");
      const std::size_t index = std::stoul(text_at(result, "Id").substr(1));
      if (!found.empty() && index < values.size()) values[index] = found[0].to_number<double>();
    }
  }
  return values;
}

// "Host" dimensions of the namespace that belong to the jobs.
std::vector<HostUsage> hosts_of(Cloud& cloud, const std::vector<std::string>& jobs) {
  std::vector<HostUsage> hosts;
  for (const std::string& job : jobs) hosts.push_back({job, "algo-1", {}});
  json::object request{{"Namespace", kTrainingMetrics},
                       {"MetricName", "DiskUtilization"},
                       {"RecentlyActive", "PT3H"}};
  for (;;) {
    const json::object answer = cloud.cloudwatch("ListMetrics", request);
    for (const json::value& metric : array_at(answer, "Metrics")) {
      const json::array& dimensions = array_at(metric.as_object(), "Dimensions");
      if (dimensions.size() != 1) continue;
      const std::string value = text_at(dimensions[0].as_object(), "Value");
      const std::size_t slash = value.find('/');
      if (slash == std::string::npos) continue;
      const std::string job = value.substr(0, slash);
      const std::string host = value.substr(slash + 1);
      const bool running = std::ranges::find(jobs, job) != jobs.end();
      if (running && host != "algo-1") hosts.push_back({job, host, {}});
    }
    const std::string token = text_at(answer, "NextToken");
    if (token.empty()) break;
    request["NextToken"] = token;
  }
  return hosts;
}

}  // namespace

std::map<std::string, JobProgress> progress_of(Cloud& cloud, const std::vector<std::string>& jobs) {
  std::map<std::string, JobProgress> found;
  if (jobs.empty() || cloud.is_aws()) return found;
  std::vector<Wanted> wanted;
  for (const std::string& job : jobs) {
    wanted.push_back({kProgressMetrics, "Progress", "TrainingJobName", job});
    wanted.push_back({kProgressMetrics, "RemainingTime", "TrainingJobName", job});
  }
  std::vector<std::optional<double>> values;
  try {
    values = latest(cloud, wanted);
  } catch (const aws::AwsError&) {
    return found;  // an extra: an endpoint without CloudWatch, keys without its rights
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (values[2 * i]) found[jobs[i]] = {*values[2 * i], values[2 * i + 1]};
  }
  return found;
}

std::string progress_text(const JobProgress& progress) {
  std::string text = fmt::format("{:.0f}%", progress.percent);
  if (progress.remaining_s) {
    const auto left = std::chrono::milliseconds(static_cast<long>(*progress.remaining_s * 1000));
    text += fmt::format(", {} left", duration_text(left));
  }
  return text;
}

std::vector<HostUsage> usage_of(Cloud& cloud, const std::vector<std::string>& jobs) {
  constexpr const char* kMetrics[] = {"CPUUtilization",       "MemoryUtilization", "GPUUtilization",
                                      "GPUMemoryUtilization", "DiskUtilization",   "NetworkRxBytes",
                                      "NetworkTxBytes"};
  if (jobs.empty()) return {};
  std::vector<HostUsage> hosts = hosts_of(cloud, jobs);
  std::ranges::sort(hosts, {}, [&](const HostUsage& usage) {
    return std::pair(std::ranges::find(jobs, usage.job) - jobs.begin(), usage.host);
  });
  std::vector<Wanted> wanted;
  for (const HostUsage& host : hosts) {
    for (const char* metric : kMetrics) {
      wanted.push_back({kTrainingMetrics, metric, "Host", host.job + "/" + host.host});
    }
  }
  const auto values = latest(cloud, wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (values[i]) hosts[i / std::size(kMetrics)].values[wanted[i].metric] = *values[i];
  }
  return hosts;
}

}  // namespace sagebrush::cli
