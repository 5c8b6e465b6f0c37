#include "store/metric_point.h"

#include <algorithm>

#include "store/byte_text.h"

namespace sagebrush::store {
namespace {

std::int64_t floor_to(std::int64_t time, std::int64_t period) {
  const std::int64_t rest = time % period;
  return time - (rest < 0 ? rest + period : rest);
}

// The first point of the second `time_s`, or where it would be.
MetricPoints::iterator first_of(MetricPoints& points, std::int64_t time_s) {
  if (points.empty() || points.back().time_s < time_s) return points.end();
  return std::ranges::lower_bound(points, time_s, {}, &MetricPoint::time_s);
}

void add_point(MetricPoints& points, const MetricPoint& point) {
  auto at = first_of(points, point.time_s);
  std::size_t had = 0;
  for (; at != points.end() && at->time_s == point.time_s; ++at) {
    const bool same = at->exact() && point.exact() && at->minimum == point.minimum;
    if (same || ++had == kMetricPointsASecond) {
      at->add(point);
      return;
    }
  }
  points.insert(at, point);
}

}  // namespace

void MetricPoint::add(const MetricPoint& other) {
  count += other.count;
  sum += other.sum;
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
}

void add_points(MetricPoints& points, const MetricPoints& more) {
  for (const MetricPoint& point : more) add_point(points, point);
}

MetricPoints resample(const MetricPoints& points, std::int64_t period_s) {
  MetricPoints out;
  for (MetricPoint point : points) {
    point.time_s = floor_to(point.time_s, period_s);
    if (!out.empty() && out.back().time_s == point.time_s) {
      out.back().add(point);
    } else {
      out.push_back(point);
    }
  }
  return out;
}

// A point: how much later than the one before, ×2, +1 for a summary; then the value, or count, sum,
// minimum and maximum. A value that was seen several times is a summary too.
std::string encode_points(const MetricPoints& points) {
  std::string out;
  put_unsigned(out, points.size());
  MetricPoint before{};
  for (const MetricPoint& point : points) {
    const bool single = point.count == 1 && point.exact() && point.sum == point.minimum;
    const std::int64_t later = point.time_s - before.time_s;
    put_signed(out, later * 2 + (single ? 0 : 1));
    put_real(out, point.minimum, before.minimum);
    if (!single) {
      put_real(out, point.maximum, point.minimum);
      put_real(out, point.count, before.count);
      put_real(out, point.sum, before.sum);
    }
    before = point;
  }
  return out;
}

MetricPoints decode_points(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint64_t count = in.take_unsigned();
  MetricPoints points;
  points.reserve(std::min<std::uint64_t>(count, in.left()));
  MetricPoint before{};
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::int64_t head = in.take_signed();
    const bool single = (head & 1) == 0;
    MetricPoint point;
    point.time_s = before.time_s + (head >> 1);
    point.minimum = in.take_real(before.minimum);
    point.maximum = single ? point.minimum : in.take_real(point.minimum);
    point.count = single ? 1 : in.take_real(before.count);
    point.sum = single ? point.minimum : in.take_real(before.sum);
    points.push_back(point);
    before = point;
  }
  return points;
}

}  // namespace sagebrush::store
