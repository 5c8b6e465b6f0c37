#include "generated/cloudwatch/get_metric_statistics.h"

#include <algorithm>

#include "service/call.h"
#include "service/cloudwatch/metric_rules.h"
#include "service/cloudwatch/statistic.h"
#include "store/metrics.h"

namespace sagebrush::service::cloudwatch {
namespace {

constexpr std::int64_t kMostDatapoints = 1440;

std::vector<Statistic> statistics_of(const GetMetricStatisticsInput& request) {
  const auto plain = request.Statistics().value_or(std::vector<std::string>{});
  const auto extended = request.ExtendedStatistics().value_or(std::vector<std::string>{});
  if (plain.empty() && extended.empty()) {
    refuse_combination(
        "At least one of the parameters Statistics and ExtendedStatistics must be "
        "specified.");
  }
  if (!plain.empty() && !extended.empty()) {
    refuse_combination(
        "The parameters Statistics and ExtendedStatistics can not be specified together.");
  }
  std::vector<Statistic> all;
  for (const std::string& name : plain) all.push_back(*parse_statistic(name));
  for (const std::string& name : extended) {
    const auto statistic = parse_statistic(name);
    if (!statistic || statistic->kind != Statistic::Kind::kPercentile) {
      refuse_value("The value " + name +
                   " for parameter ExtendedStatistics is not served; percentiles are, as p99.9.");
    }
    all.push_back(*statistic);
  }
  return all;
}

Datapoint datapoint(std::int64_t time_s, const std::string& unit, const store::MetricPoints& points,
                    const std::vector<Statistic>& statistics) {
  Datapoint out;
  out.set_Timestamp(from_ms(time_s * 1000)).set_Unit(unit);
  std::map<std::string, double> extended;
  for (const Statistic& statistic : statistics) {
    const auto value = value_of(statistic, points);
    if (!value) continue;
    switch (statistic.kind) {
      case Statistic::Kind::kSampleCount: out.set_SampleCount(*value); break;
      case Statistic::Kind::kAverage: out.set_Average(*value); break;
      case Statistic::Kind::kSum: out.set_Sum(*value); break;
      case Statistic::Kind::kMinimum: out.set_Minimum(*value); break;
      case Statistic::Kind::kMaximum: out.set_Maximum(*value); break;
      case Statistic::Kind::kPercentile: extended[statistic.name] = *value; break;
    }
  }
  if (!extended.empty()) out.set_ExtendedStatistics(std::move(extended));
  return out;
}

}  // namespace

GetMetricStatisticsOutput get_metric_statistics(Call& call,
                                                const GetMetricStatisticsInput& request) {
  const auto statistics = statistics_of(request);
  const std::int64_t period = request.Period();
  if (!is_period(period)) {
    refuse_value("The parameter Period must be 1, 5, 10, 30 or a multiple of 60.");
  }
  if (request.StartTime() >= request.EndTime()) {
    refuse_value("The parameter StartTime must be less than the parameter EndTime.");
  }
  const std::int64_t from = floor_to_period(to_ms(request.StartTime()) / 1000, period);
  const std::int64_t to = (to_ms(request.EndTime()) + 999) / 1000;
  if ((to - from) / period > kMostDatapoints) {
    refuse_combination("You have requested up to " + std::to_string((to - from) / period) +
                       " datapoints, which exceeds the limit of 1440. You may reduce the "
                       "datapoints requested by increasing Period, or decreasing the time range.");
  }
  const auto key =
      key_of(request.Namespace(), request.MetricName(),
             request.Dimensions().value_or(std::vector<Dimension>{}), request.Unit().value_or(""));
  std::vector<Datapoint> datapoints;
  for (const auto& info : call.house.metrics.units(key)) {
    if (!key.unit.empty() && info.key.unit != key.unit) continue;
    for (const auto& [time_s, points] :
         read_periods(call.house.metrics, info.key, from, to, period, statistics)) {
      datapoints.push_back(datapoint(time_s, info.key.unit, points, statistics));
    }
  }
  GetMetricStatisticsOutput output;
  output.set_Label(request.MetricName()).set_Datapoints(std::move(datapoints));
  return output;
}

}  // namespace sagebrush::service::cloudwatch
