#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/metric_key.h"
#include "store/metric_point.h"

namespace sagebrush::store {
class Metrics;
}

namespace sagebrush::service::cloudwatch {

// What is asked of the points of one period: "Average", …, or a percentile, "p99.9".
struct Statistic {
  enum class Kind : std::uint8_t { kSampleCount, kAverage, kSum, kMinimum, kMaximum, kPercentile };
  Kind kind = Kind::kAverage;
  double percent = 0;
  std::string name;
};

// nullopt for what is none, or one that is not served (trimmed means, winsorised means, IQM).
std::optional<Statistic> parse_statistic(std::string_view text);

// Of points of one period, at least one. nullopt when it is a percentile and they are summaries, of
// which there is none, or negative, of which CloudWatch has none.
std::optional<double> value_of(const Statistic& statistic, const store::MetricPoints& points);

// Period starts → points of that period, as `statistics` need them: each one or, for percentiles,
// all. Periods with from_s <= start < to_s.
std::map<std::int64_t, store::MetricPoints> read_periods(const store::Metrics& metrics,
                                                         const store::MetricKey& key,
                                                         std::int64_t from_s, std::int64_t to_s,
                                                         std::int64_t period_s,
                                                         const std::vector<Statistic>& statistics);

}  // namespace sagebrush::service::cloudwatch
