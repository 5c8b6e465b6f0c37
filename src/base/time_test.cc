#include "base/time.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush {
namespace {

constexpr std::int64_t kJanuary = 1769860800123;  // 2026-01-31T12:00:00.123Z

TEST(TimeTest, WritesEachFormat) {
  EXPECT_EQ(to_iso8601(from_ms(kJanuary)), "2026-01-31T12:00:00.123Z");
  EXPECT_EQ(to_amz_date(from_ms(kJanuary)), "20260131T120000Z");
  EXPECT_EQ(to_http_date(from_ms(kJanuary)), "Sat, 31 Jan 2026 12:00:00 GMT");
  EXPECT_EQ(to_iso8601(from_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(from_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(TimeTest, ReadsEachFormat) {
  EXPECT_EQ(to_ms(from_amz_date("20260131T120000Z")), kJanuary - 123);
  EXPECT_EQ(to_ms(from_http_date("Sat, 31 Jan 2026 12:00:00 GMT")), kJanuary - 123);
  EXPECT_EQ(to_ms(from_iso8601("2026-01-31T12:00:00.123Z")), kJanuary);
  EXPECT_EQ(to_ms(from_iso8601("2026-01-31T12:00:00Z")), kJanuary - 123);
  EXPECT_EQ(to_ms(from_iso8601("2026-01-31T12:00:00.1239999Z")), kJanuary);
  EXPECT_EQ(to_ms(from_iso8601("2026-01-31T12:00:00.1Z")), kJanuary - 23);
  EXPECT_EQ(to_ms(from_iso8601("2026-01-31T14:30:00.123+02:30")), kJanuary);
  EXPECT_EQ(to_ms(from_iso8601("2026-01-31T04:00:00.123-0800")), kJanuary);
  EXPECT_EQ(to_iso8601(from_iso8601("2026-01-31")), "2026-01-31T00:00:00.000Z");
}

TEST(TimeTest, RefusesWhatIsNoTimeAndShowsIt) {
  for (const char* bad : {"", "x", "2026-02-30", "2026-01-31T24:00:00Z", "2026-01-31T12:00:00",
                          "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00Zx", "2026-1-31",
                          "2026-01-31T12:00:00+25:00", "-026-01-31"}) {
    EXPECT_THROW(from_iso8601(bad), Error) << bad;
  }
  for (const char* bad :
       {"", "20260131", "20260131T120000", "20260131T120000ZZ", "20261331T120000Z"}) {
    EXPECT_THROW(from_amz_date(bad), Error) << bad;
  }
  EXPECT_THROW(from_http_date("Sat, 31 Foo 2026 12:00:00 GMT"), Error);
  EXPECT_THROW(from_seconds(1e300), Error);
  EXPECT_THROW(from_seconds(std::numeric_limits<double>::quiet_NaN()), Error);
  try {
    from_iso8601("yesterday");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    EXPECT_NE(std::string(error.what()).find("yesterday"), std::string::npos);
  }
}

TEST(TimeTest, RoundsSecondsToTheMillisecond) {
  EXPECT_EQ(to_ms(from_seconds(1769860800.123)), kJanuary);
  EXPECT_EQ(to_seconds(from_ms(1500)), 1.5);
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock(from_ms(1000));
  EXPECT_EQ(to_ms(clock.now()), 1000);
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(to_ms(clock.now()), 3000);
}

}  // namespace
}  // namespace sagebrush
