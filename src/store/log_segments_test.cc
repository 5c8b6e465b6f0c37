#include "store/log_segments.h"

#include <gtest/gtest.h>

#include "store/database.h"
#include "store/database_fixture.h"

namespace sagebrush::store {
namespace {

constexpr int kStreams = 100;
constexpr std::size_t kMostOpen = 16;
constexpr std::size_t kMostInMemory = 32;

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    count += entry.path().empty() ? 0 : 1;
  }
  return count;
}

class LogSegmentsTest : public ::testing::Test {
 protected:
  LogSegmentsTest() { std::filesystem::create_directory(fixture_.folder() / "logs"); }

  DatabaseFixture fixture_;
  Database database_{fixture_.url()};
  LogCatalogue catalogue_{database_};
  LogFiles files_{fixture_.folder() / "logs", kMostOpen};
  LogSegments segments_{catalogue_, files_, kMostInMemory};
};

TEST_F(LogSegmentsTest, KeepsFewFilesOpenAndLosesNothingOfTheStreamsItPutsAside) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < kStreams; ++i) {
    const std::string stream = std::to_string(i);
    catalogue_.ensure_stream("g", stream, from_ms(0));
    segments_.find("g", stream)->append(0, std::vector<LogEvent>{{i, stream}}, 0);
  }
  EXPECT_LE(open_descriptors(), before + kMostOpen + 4);  // 4: the database's own
  for (int i = 0; i < kStreams; ++i) {
    const LogSummary summary = segments_.find("g", std::to_string(i))->summary();
    EXPECT_EQ(summary.last_event_ms, i);
    EXPECT_EQ(summary.next_sequence, 1U);
  }
  EXPECT_LE(open_descriptors(), before + kMostOpen + 4);
}

TEST_F(LogSegmentsTest, SavesTheCheckpointOfAStreamThatLeavesMemory) {
  for (int i = 0; i < kStreams; ++i) {
    const std::string stream = std::to_string(i);
    catalogue_.ensure_stream("g", stream, from_ms(0));
    segments_.find("g", stream)->append({}, std::vector<LogEvent>{{i, stream}}, 0);
  }
  const auto first = catalogue_.find_stream("g", "0");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->checkpoint.bytes, files_.size_on_disk(first->id));
  EXPECT_EQ(first->checkpoint.last_event_ms, 0);
}

TEST_F(LogSegmentsTest, GivesOneObjectToAllUsersOfAStream) {
  catalogue_.ensure_stream("g", "s", from_ms(0));
  EXPECT_EQ(segments_.find("g", "s"), segments_.find("g", "s"));
  const auto held = segments_.find("g", "s");
  for (int i = 0; i < kStreams; ++i) {
    catalogue_.ensure_stream("g", std::to_string(i), from_ms(0));
    segments_.find("g", std::to_string(i));
  }
  EXPECT_EQ(segments_.find("g", "s"), held);
}

}  // namespace
}  // namespace sagebrush::store
