#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include "cli/duration_text.h"
#include "cli/text_width.h"

namespace sagebrush::cli {
namespace {

using namespace std::chrono_literals;

TEST(ProgressBar, ShowsShareAmountAndRate) {
  EXPECT_EQ(progress_bar("up", 1 << 20, 2 << 20, 1000ms, 72),
            "up  [===============>              ]   50%  1.0 MiB / 2.0 MiB  1.0 MiB/s");
}

TEST(ProgressBar, IsFullOnlyAtTheEnd) {
  EXPECT_EQ(progress_bar("up", 999999, 1000000, 0ms, 80).find("100%"), std::string::npos);
  EXPECT_NE(progress_bar("up", 1000000, 1000000, 0ms, 80).find("100%"), std::string::npos);
  EXPECT_NE(progress_bar("up", 0, 0, 0ms, 80).find("100%"), std::string::npos);
}

TEST(ProgressBar, FitsTheTerminal) {
  for (std::size_t width = 50; width < 100; ++width) {
    EXPECT_LE(columns(progress_bar("upload", 5, 10, 1000ms, width)), width);
  }
}

TEST(ProgressBar, WithoutRoomHasNumbersAlone) {
  EXPECT_EQ(progress_bar("up", 5, 10, 0ms, 20), "up   50%  5 B / 10 B");
}

TEST(Duration, TakesTheUnitThatFits) {
  EXPECT_EQ(duration_text(-5ms), "0.0s");
  EXPECT_EQ(duration_text(940ms), "0.9s");
  EXPECT_EQ(duration_text(9949ms), "9.9s");
  EXPECT_EQ(duration_text(9950ms), "10s");
  EXPECT_EQ(duration_text(187s), "3m 07s");
  EXPECT_EQ(duration_text(7500s), "2h 05m");
  EXPECT_EQ(duration_text(99h), "4d 03h");
}

TEST(Age, IsRelative) {
  EXPECT_EQ(age_text(-1h), "now");
  EXPECT_EQ(age_text(59s), "59s ago");
  EXPECT_EQ(age_text(3min), "3m ago");
  EXPECT_EQ(age_text(5h), "5h ago");
  EXPECT_EQ(age_text(49h), "2d ago");
}

TEST(CutColumns, NeverSplitsACharacter) {
  EXPECT_EQ(cut_columns("äöü", 3), "äöü");
  EXPECT_EQ(cut_columns("äöüx", 3), "äö…");
  EXPECT_EQ(cut_columns("abc", 0), "");
}

}  // namespace
}  // namespace sagebrush::cli
