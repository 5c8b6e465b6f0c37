#include "store/log_segment.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "store/log_page.h"

namespace sagebrush::store {
namespace {

using ::testing::ElementsAre;

constexpr const char* kId = "00000000000000ab";
constexpr std::int64_t kIngestion = 5000;

class LogSegmentTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / (std::string(kId) + ".seg"); }

  static std::vector<std::string> messages(LogFiles& files, LogSegment& segment,
                                           LogReadQuery query) {
    std::vector<std::string> found;
    for (const auto& event : read_log_page(files, "s", segment, query).events)
      found.push_back(event.message);
    return found;
  }

  std::vector<std::string> messages(LogSegment& segment) {
    return messages(files_, segment, {.range = {}, .forward = true, .position = {}});
  }

  TemporaryDirectory folder_;
  LogFiles files_{folder_.path(), 16};
};

TEST_F(LogSegmentTest, GivesBackWhatWasAppendedAlsoAfterReopening) {
  LogSegment segment(kId, {}, files_);
  segment.append({}, std::vector<LogEvent>{{1, "one"}, {2, ""}}, kIngestion);
  segment.append({}, std::vector<LogEvent>{{3, "three"}}, kIngestion + 1);
  EXPECT_THAT(messages(segment), ElementsAre("one", "", "three"));
  LogSegment again(kId, {}, files_);
  EXPECT_THAT(messages(again), ElementsAre("one", "", "three"));
  EXPECT_EQ(again.summary().first_event_ms, 1);
  EXPECT_EQ(again.summary().last_event_ms, 3);
  EXPECT_EQ(again.summary().last_ingestion_ms, kIngestion + 1);
}

TEST_F(LogSegmentTest, StoresNumberedEventsOnceAndAsksForTheNext) {
  LogSegment segment(kId, {}, files_);
  const std::vector<LogEvent> events{{1, "a"}, {2, "b"}, {3, "c"}};
  EXPECT_EQ(segment.append(0, std::span(events).first(2), kIngestion), 2U);
  EXPECT_EQ(segment.append(0, events, kIngestion), 3U);  // sent again with one more
  EXPECT_EQ(segment.append(1, std::span(events).subspan(1), kIngestion), 3U);
  EXPECT_EQ(segment.append(7, events, kIngestion), 3U);  // a gap
  segment.append({}, std::vector<LogEvent>{{4, "other"}},
                 kIngestion);  // not of the numbered writer
  LogSegment again(kId, {}, files_);
  EXPECT_EQ(again.append(2, std::vector<LogEvent>{{3, "c"}, {5, "d"}}, kIngestion), 4U);
  EXPECT_THAT(messages(again), ElementsAre("a", "b", "c", "other", "d"));
}

TEST_F(LogSegmentTest, DropsALastFrameThatIsCutAtAnyByte) {
  LogSegment(kId, {}, files_).append({}, std::vector<LogEvent>{{1, "first"}}, kIngestion);
  const std::size_t whole = std::filesystem::file_size(path());
  LogSegment(kId, {}, files_).append({}, std::vector<LogEvent>{{2, "the last line"}}, kIngestion);
  const std::string content = read_file(path());
  for (std::size_t size = whole; size < content.size(); ++size) {
    write_file_atomically(path(), content.substr(0, size));
    LogFiles files(folder_.path(), 16);
    LogSegment segment(kId, {}, files);
    ASSERT_THAT(messages(files, segment, {.range = {}, .forward = true, .position = {}}),
                ElementsAre("first"));
    ASSERT_EQ(std::filesystem::file_size(path()), whole);
    segment.append({}, std::vector<LogEvent>{{3, "next"}}, kIngestion);
    LogSegment again(kId, {}, files);
    ASSERT_THAT(messages(files, again, {.range = {}, .forward = true, .position = {}}),
                ElementsAre("first", "next"));
  }
}

TEST_F(LogSegmentTest, DropsALastFrameThatIsGarbledAtAnyByte) {
  LogSegment(kId, {}, files_).append({}, std::vector<LogEvent>{{1, "first"}}, kIngestion);
  const std::size_t whole = std::filesystem::file_size(path());
  LogSegment(kId, {}, files_).append({}, std::vector<LogEvent>{{2, "the last line"}}, kIngestion);
  const std::string content = read_file(path());
  for (std::size_t at = whole; at < content.size(); ++at) {
    std::string garbled = content;
    garbled[at] = static_cast<char>(garbled[at] ^ 0x10);
    write_file_atomically(path(), garbled);
    LogFiles files(folder_.path(), 16);
    LogSegment segment(kId, {}, files);
    ASSERT_THAT(messages(files, segment, {.range = {}, .forward = true, .position = {}}),
                ElementsAre("first"))
        << at;
    ASSERT_EQ(std::filesystem::file_size(path()), whole);
  }
}

TEST_F(LogSegmentTest, DropsZeroesThatACrashLeftAtTheEnd) {
  LogSegment(kId, {}, files_).append({}, std::vector<LogEvent>{{1, "first"}}, kIngestion);
  write_file_atomically(path(), read_file(path()) + std::string(4096, '\0'));
  LogFiles files(folder_.path(), 16);
  LogSegment segment(kId, {}, files);
  EXPECT_THAT(messages(files, segment, {.range = {}, .forward = true, .position = {}}),
              ElementsAre("first"));
}

TEST_F(LogSegmentTest, GoesOnFromACheckpointAndReadsWhatIsBeforeIt) {
  LogSegment segment(kId, {}, files_);
  segment.append(0, std::vector<LogEvent>{{9, "a"}, {2, "b"}}, kIngestion);
  const auto checkpoint = segment.checkpoint_due(1);
  ASSERT_TRUE(checkpoint);
  segment.append(2, std::vector<LogEvent>{{3, "c"}}, kIngestion);
  LogSegment again(kId, *checkpoint, files_);
  EXPECT_EQ(again.summary().last_event_ms, 9);
  EXPECT_EQ(again.summary().next_sequence, 3U);
  EXPECT_THAT(messages(again), ElementsAre("a", "b", "c"));
}

TEST_F(LogSegmentTest, ChecksTheWholeWhenTheFileIsShorterThanItsCheckpoint) {
  LogSegment segment(kId, {}, files_);
  segment.append(0, std::vector<LogEvent>{{1, "a"}}, kIngestion);
  const std::size_t size = std::filesystem::file_size(path());
  segment.append(1, std::vector<LogEvent>{{2, "b"}}, kIngestion);
  const auto checkpoint = segment.checkpoint_due(1);
  std::filesystem::resize_file(path(), size + 3);
  LogSegment again(kId, *checkpoint, files_);
  EXPECT_THAT(messages(again), ElementsAre("a"));
  EXPECT_EQ(again.summary().next_sequence, 1U);
}

TEST_F(LogSegmentTest, SaysThatAFrameWithinTheCheckpointIsDamaged) {
  LogSegment segment(kId, {}, files_);
  segment.append({}, std::vector<LogEvent>{{1, "a"}, {2, "b"}}, kIngestion);
  const auto checkpoint = segment.checkpoint_due(1);
  std::string content = read_file(path());
  content.back() = 'x';
  write_file_atomically(path(), content);
  LogFiles files(folder_.path(), 16);
  LogSegment again(kId, *checkpoint, files);
  EXPECT_THROW(messages(files, again, {.range = {}, .forward = true, .position = {}}), Error);
}

TEST_F(LogSegmentTest, KeepsEachThreadsEventsWholeAndInOrder) {
  constexpr int kThreads = 8;
  constexpr int kAppends = 25;
  LogSegment segment(kId, {}, files_);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&segment, thread] {
      for (int i = 0; i < kAppends; ++i) {
        const std::string name = std::to_string(thread) + ":" + std::to_string(i);
        segment.append({}, std::vector<LogEvent>{{i, name}, {i, name + "+"}}, kIngestion);
      }
    });
  }
  threads.clear();
  std::vector<int> next(kThreads, 0);
  const auto found = messages(segment);
  ASSERT_EQ(found.size(), static_cast<std::size_t>(2 * kThreads * kAppends));
  for (std::size_t i = 0; i < found.size(); i += 2) {
    const int thread = found[i][0] - '0';
    EXPECT_EQ(found[i], std::to_string(thread) + ":" +
                            std::to_string(next[static_cast<std::size_t>(thread)]++));
    EXPECT_EQ(found[i + 1], found[i] + "+");
  }
}

TEST_F(LogSegmentTest, AFailedWriteLeavesNothingBehind) {
  LogSegment segment(kId, {}, files_);
  segment.append(0, std::vector<LogEvent>{{1, "kept"}}, kIngestion);
  const std::size_t whole = std::filesystem::file_size(path());
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = whole + 100;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string shorter(10, 'x');
  const std::string longer(500, 'y');
  const std::vector<LogEvent> two{{2, shorter}, {3, longer}};
  EXPECT_THROW(segment.append(1, two, kIngestion), Error);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(std::filesystem::file_size(path()), whole);
  EXPECT_THAT(messages(segment), ElementsAre("kept"));
  EXPECT_EQ(segment.append(1, two, kIngestion), 3U);
  LogSegment again(kId, {}, files_);
  EXPECT_EQ(messages(again).size(), 3U);
}

TEST_F(LogSegmentTest, RefusesEventsOnceClosed) {
  LogSegment segment(kId, {}, files_);
  segment.append({}, std::vector<LogEvent>{{1, "a"}}, kIngestion);
  segment.close();
  EXPECT_THROW(segment.append({}, std::vector<LogEvent>{{2, "b"}}, kIngestion), Error);
  EXPECT_THAT(messages(segment), ElementsAre());
}

}  // namespace
}  // namespace sagebrush::store
