#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sagebrush {

// Wall time to the millisecond, for display, records and signatures; deadlines use
// std::chrono::steady_clock.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// A source of wall time. Tests use FakeClock; everything else the one from system_clock().
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class FakeClock : public Clock {
 public:
  explicit FakeClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  Time now_;
};

const Clock& system_clock();

inline Time now() {
  return system_clock().now();
}
inline std::int64_t to_ms(Time time) {
  return time.time_since_epoch().count();
}
inline Time from_ms(std::int64_t ms) {
  return Time(std::chrono::milliseconds(ms));
}
inline double to_seconds(Time time) {
  return static_cast<double>(to_ms(time)) / 1000.0;
}
Time from_seconds(double seconds);

// "2026-01-31T12:00:00.123Z" (milliseconds always there), "20260131T120000Z", "Sat, 31 Jan 2026
// 12:00:00 GMT".
std::string to_iso8601(Time time);
std::string to_amz_date(Time time);
std::string to_http_date(Time time);

// Each throws Error{kInvalid} that shows the text. from_iso8601 takes fractions, "Z" and numeric
// offsets, and a date alone.
Time from_iso8601(std::string_view text);
Time from_amz_date(std::string_view text);
Time from_http_date(std::string_view text);

}  // namespace sagebrush
