#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;

constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

class SystemClock : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  }
};

struct Fields {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<milliseconds> clock;
};

Fields fields_of(Time time) {
  const sys_days day = std::chrono::floor<days>(time);
  return {day, std::chrono::hh_mm_ss<milliseconds>(time - day)};
}

// Reads a text from left to right; every step tells whether it held.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_[0]; }
  bool literal(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  // Exactly `digits` digits.
  bool number(std::size_t digits, int& value) {
    if (text_.size() < digits) return false;
    const auto parsed = parse_unsigned(text_.substr(0, digits));
    if (!parsed) return false;
    value = static_cast<int>(*parsed);
    text_.remove_prefix(digits);
    return true;
  }
  // One or more digits after the point, as milliseconds; what is finer is dropped.
  bool fraction(int& ms) {
    std::size_t digits = 0;
    ms = 0;
    while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') {
      if (digits < 3) ms = ms * 10 + (text_[digits] - '0');
      ++digits;
    }
    for (std::size_t i = digits; i < 3; ++i) ms *= 10;
    text_.remove_prefix(digits);
    return digits > 0;
  }
  template <std::size_t N>
  bool name(const std::array<const char*, N>& names, int& index) {
    for (std::size_t i = 0; i < N; ++i) {
      if (literal(names[i])) {
        index = static_cast<int>(i);
        return true;
      }
    }
    return false;
  }

 private:
  std::string_view text_;
};

struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0, offset_minutes = 0;
};

std::optional<Time> assemble(const Parts& p) {
  const std::chrono::year_month_day date{std::chrono::year(p.year),
                                         std::chrono::month(static_cast<unsigned>(p.month)),
                                         std::chrono::day(static_cast<unsigned>(p.day))};
  // 60 is a leap second; it lands on the next minute's first.
  if (!date.ok() || p.hour > 23 || p.minute > 59 || p.second > 60) return std::nullopt;
  return Time(sys_days(date)) + std::chrono::hours(p.hour) +
         std::chrono::minutes(p.minute - p.offset_minutes) + std::chrono::seconds(p.second) +
         milliseconds(p.ms);
}

bool read_offset(Reader& reader, int& minutes) {
  if (reader.literal("Z") || reader.literal("z")) return true;
  const bool negative = reader.peek() == '-';
  if (!reader.literal("-") && !reader.literal("+")) return false;
  int hour = 0;
  int minute = 0;
  if (!reader.number(2, hour)) return false;
  reader.literal(":");
  if (!reader.number(2, minute) || hour > 23 || minute > 59) return false;
  minutes = (negative ? -1 : 1) * (hour * 60 + minute);
  return true;
}

std::optional<Time> parse_iso8601(std::string_view text) {
  Reader r(text);
  Parts p;
  if (!(r.number(4, p.year) && r.literal("-") && r.number(2, p.month) && r.literal("-") &&
        r.number(2, p.day))) {
    return std::nullopt;
  }
  if (r.done()) return assemble(p);
  if (!r.literal("T") && !r.literal("t") && !r.literal(" ")) return std::nullopt;
  if (!(r.number(2, p.hour) && r.literal(":") && r.number(2, p.minute) && r.literal(":") &&
        r.number(2, p.second))) {
    return std::nullopt;
  }
  if (r.literal(".") && !r.fraction(p.ms)) return std::nullopt;
  if (!read_offset(r, p.offset_minutes) || !r.done()) return std::nullopt;
  return assemble(p);
}

std::optional<Time> parse_amz_date(std::string_view text) {
  Reader r(text);
  Parts p;
  if (!(r.number(4, p.year) && r.number(2, p.month) && r.number(2, p.day) && r.literal("T") &&
        r.number(2, p.hour) && r.number(2, p.minute) && r.number(2, p.second) && r.literal("Z") &&
        r.done())) {
    return std::nullopt;
  }
  return assemble(p);
}

std::optional<Time> parse_http_date(std::string_view text) {
  Reader r(text);
  Parts p;
  int weekday = 0;
  if (!(r.name(kDays, weekday) && r.literal(", ") && r.number(2, p.day) && r.literal(" ") &&
        r.name(kMonths, p.month) && r.literal(" ") && r.number(4, p.year) && r.literal(" ") &&
        r.number(2, p.hour) && r.literal(":") && r.number(2, p.minute) && r.literal(":") &&
        r.number(2, p.second) && r.literal(" GMT") && r.done())) {
    return std::nullopt;
  }
  ++p.month;
  return assemble(p);
}

Time or_throw(std::optional<Time> time, std::string_view text, std::string_view right) {
  if (time) return *time;
  throw Error(ErrorKind::kInvalid, fmt::format("'{}' is not a time such as {}", text, right));
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

Time from_seconds(double seconds) {
  // The years 0 to 9999: what every format here can state.
  if (!(seconds >= -62167219200.0 && seconds < 253402300800.0)) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("{} seconds is out of the range of times", seconds));
  }
  return from_ms(std::llround(seconds * 1000.0));
}

std::string to_iso8601(Time time) {
  const auto [date, clock] = fields_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string to_amz_date(Time time) {
  const auto [date, clock] = fields_of(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string to_http_date(Time time) {
  const auto [date, clock] = fields_of(time);
  const std::chrono::weekday weekday{sys_days(date)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday.c_encoding()],
                     unsigned(date.day()), kMonths[unsigned(date.month()) - 1], int(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Time from_iso8601(std::string_view text) {
  return or_throw(parse_iso8601(text), text, "2026-01-31T12:00:00Z");
}

Time from_amz_date(std::string_view text) {
  return or_throw(parse_amz_date(text), text, "20260131T120000Z");
}

Time from_http_date(std::string_view text) {
  return or_throw(parse_http_date(text), text, "Sat, 31 Jan 2026 12:00:00 GMT");
}

}  // namespace sagebrush
