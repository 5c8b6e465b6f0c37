#include "service/cloudwatch/statistic.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "service/cloudwatch/metric_rules.h"
#include "store/metrics.h"

namespace sagebrush::service::cloudwatch {
namespace {

using store::MetricPoint;
using store::MetricPoints;
using Kind = Statistic::Kind;

// The smallest value that at least that part of all is not above, between neighbours by straight
// line.
std::optional<double> percentile(double percent, const MetricPoints& points) {
  const bool raw = std::ranges::all_of(
      points, [](const MetricPoint& point) { return point.exact() && point.minimum >= 0; });
  if (!raw) return std::nullopt;
  MetricPoints sorted = points;
  std::ranges::sort(sorted, {}, &MetricPoint::minimum);
  double count = 0;
  for (const MetricPoint& point : sorted) count += point.count;
  if (count <= 0) return std::nullopt;
  const double rank = percent / 100 * (count - 1);
  const auto value_at = [&](double index) {
    double before = 0;
    for (const MetricPoint& point : sorted) {
      before += point.count;
      if (index < before) return point.minimum;
    }
    return sorted.back().minimum;
  };
  const double below = value_at(std::floor(rank));
  return below + (rank - std::floor(rank)) * (value_at(std::ceil(rank)) - below);
}

MetricPoint total(const MetricPoints& points) {
  MetricPoint all = points.front();
  for (std::size_t i = 1; i < points.size(); ++i) all.add(points[i]);
  return all;
}

}  // namespace

std::optional<Statistic> parse_statistic(std::string_view text) {
  Statistic statistic{.kind = Kind::kAverage, .percent = 0, .name = std::string(text)};
  constexpr std::pair<std::string_view, Kind> kNames[] = {{"SampleCount", Kind::kSampleCount},
                                                          {"Average", Kind::kAverage},
                                                          {"Sum", Kind::kSum},
                                                          {"Minimum", Kind::kMinimum},
                                                          {"Maximum", Kind::kMaximum}};
  for (const auto& [name, kind] : kNames) {
    if (text != name) continue;
    statistic.kind = kind;
    return statistic;
  }
  if (!text.starts_with('p') || text.size() < 2 || text.find_first_of("eEn-+") != text.npos) {
    return std::nullopt;
  }
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data() + 1, end, statistic.percent);
  if (failed != std::errc() || at != end || statistic.percent < 0 || statistic.percent > 100) {
    return std::nullopt;
  }
  statistic.kind = Kind::kPercentile;
  return statistic;
}

std::optional<double> value_of(const Statistic& statistic, const MetricPoints& points) {
  if (statistic.kind == Kind::kPercentile) return percentile(statistic.percent, points);
  const MetricPoint all = total(points);
  switch (statistic.kind) {
    case Kind::kSampleCount: return all.count;
    case Kind::kSum: return all.sum;
    case Kind::kMinimum: return all.minimum;
    case Kind::kMaximum: return all.maximum;
    default: break;
  }
  return all.count > 0 ? std::optional(all.sum / all.count) : std::nullopt;
}

std::map<std::int64_t, MetricPoints> read_periods(const store::Metrics& metrics,
                                                  const store::MetricKey& key, std::int64_t from_s,
                                                  std::int64_t to_s, std::int64_t period_s,
                                                  const std::vector<Statistic>& statistics) {
  const bool raw =
      std::ranges::find(statistics, Kind::kPercentile, &Statistic::kind) != statistics.end();
  std::map<std::int64_t, MetricPoints> periods;
  const std::int64_t first = floor_to_period(from_s, period_s);
  for (const MetricPoint& point : metrics.read(key, first, to_s, raw ? 0 : period_s)) {
    periods[floor_to_period(point.time_s, period_s)].push_back(point);
  }
  return periods;
}

}  // namespace sagebrush::service::cloudwatch
