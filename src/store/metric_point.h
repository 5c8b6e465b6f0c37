#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::store {

// Observations of one moment. minimum == maximum: `count` times that very value, of which
// percentiles can be taken; otherwise a summary.
struct MetricPoint {
  std::int64_t time_s = 0;  // seconds since 1970
  double count = 1;
  double sum = 0;
  double minimum = 0;
  double maximum = 0;

  static MetricPoint of(std::int64_t time_s, double value, double count = 1) {
    return {time_s, count, value * count, value, value};
  }
  bool exact() const { return minimum == maximum; }
  void add(const MetricPoint& other);
  bool operator==(const MetricPoint&) const = default;
};

using MetricPoints = std::vector<MetricPoint>;

// At most so many points of one second are kept apart; what comes after them is added to the last.
inline constexpr std::size_t kMetricPointsASecond = 256;

// Adds points to those of one-second resolution, in any order; afterwards they are sorted by time.
// Equal values of one second become one point.
void add_points(MetricPoints& points, const MetricPoints& more);

// One point for each `period_s` seconds that have any, at the period's start. `points` is sorted.
MetricPoints resample(const MetricPoints& points, std::int64_t period_s);

// A sorted list as bytes: a constant series costs two bytes a point.
std::string encode_points(const MetricPoints& points);
// Throws Error{kIo} when the bytes are not what encode_points makes.
MetricPoints decode_points(std::string_view bytes);

}  // namespace sagebrush::store
