#include "store/logs.h"

#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <thread>

#include "base/error.h"
#include "store/database.h"
#include "store/database_fixture.h"

namespace sagebrush::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogsTest : public ::testing::Test {
 protected:
  LogsTest() { reopen(); }

  // As after a crash unless checkpoints are saved.
  void reopen() {
    logs_.reset();
    logs_ = std::make_unique<Logs>(database_, fixture_.folder() / "logs", clock_);
  }

  std::vector<std::string> read(const std::string& stream,
                                LogReadQuery query = {
                                    .range = {}, .forward = true, .position = {}}) {
    std::vector<std::string> found;
    for (const auto& event : logs_->read("g", stream, query).events) found.push_back(event.message);
    return found;
  }

  std::vector<std::string> search(LogSearchQuery query) {
    std::vector<std::string> found;
    for (;;) {
      const LogSearchPage page = logs_->search("g", query);
      for (const auto& event : page.events) found.push_back(event.message);
      if (!page.next) return found;
      query.after = page.next;
    }
  }

  void append(const std::string& stream, std::vector<LogEvent> events) {
    logs_->ensure_stream("g", stream);
    logs_->append("g", stream, events);
  }

  static ErrorKind kind_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::kInternal;
  }

  DatabaseFixture fixture_;
  Database database_{fixture_.url()};
  FakeClock clock_{from_ms(1'700'000'000'000)};
  std::unique_ptr<Logs> logs_;
};

TEST_F(LogsTest, TellsMissingAndDoubleGroupsAndStreams) {
  EXPECT_EQ(kind_of([&] { logs_->create_stream("g", "s"); }), ErrorKind::kNotFound);
  logs_->create_group("g");
  EXPECT_EQ(kind_of([&] { logs_->create_group("g"); }), ErrorKind::kAlreadyExists);
  logs_->create_stream("g", "s");
  EXPECT_EQ(kind_of([&] { logs_->create_stream("g", "s"); }), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind_of([&] { logs_->append("g", "other", {}); }), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of([&] { logs_->delete_stream("g", "other"); }), ErrorKind::kNotFound);
  logs_->delete_stream("g", "s");
  EXPECT_EQ(kind_of([&] { logs_->read("g", "s", {}); }), ErrorKind::kNotFound);
  logs_->delete_group("g");
  EXPECT_FALSE(logs_->find_group("g"));
}

TEST_F(LogsTest, ListsGroupsByPrefixPatternAndPage) {
  for (const char* name : {"/b/x", "/a/y", "/a/x", "/a/x%"}) logs_->create_group(name);
  const auto names = [&](const std::string& prefix, const std::string& pattern,
                         const std::string& after, int limit) {
    std::vector<std::string> found;
    for (const auto& group : logs_->groups(prefix, pattern, after, limit))
      found.push_back(group.name);
    return found;
  };
  EXPECT_THAT(names("", "", "", 10), ElementsAre("/a/x", "/a/x%", "/a/y", "/b/x"));
  EXPECT_THAT(names("/a", "", "/a/x", 1), ElementsAre("/a/x%"));
  EXPECT_THAT(names("", "/x", "", 10), ElementsAre("/a/x", "/a/x%", "/b/x"));
  EXPECT_THAT(names("/A", "", "", 10), IsEmpty());
  EXPECT_THAT(names("", "X", "", 10), IsEmpty());
}

TEST_F(LogsTest, KeepsRetention) {
  logs_->create_group("g");
  EXPECT_EQ(logs_->find_group("g")->retention_days, std::nullopt);
  logs_->set_retention("g", 7);
  EXPECT_EQ(logs_->find_group("g")->retention_days, 7);
  logs_->set_retention("g", {});
  EXPECT_EQ(logs_->find_group("g")->retention_days, std::nullopt);
  EXPECT_EQ(kind_of([&] { logs_->set_retention("other", 7); }), ErrorKind::kNotFound);
}

TEST_F(LogsTest, ADeletedStreamsNameStartsAnewAndItsFileIsGone) {
  append("s", {{1, "old"}});
  logs_->delete_stream("g", "s");
  EXPECT_TRUE(std::filesystem::is_empty(fixture_.folder() / "logs"));
  append("s", {{2, "new"}});
  EXPECT_THAT(read("s"), ElementsAre("new"));
  logs_->delete_group("g");
  EXPECT_TRUE(std::filesystem::is_empty(fixture_.folder() / "logs"));
}

TEST_F(LogsTest, PagesForwardUntilThePositionStaysAndThenGoesOn) {
  append("s", {{1, "a"}, {2, "b"}, {3, "c"}});
  LogReadQuery query{.range = {}, .forward = true, .position = {}, .limit = 2};
  LogPage page = logs_->read("g", "s", query);
  ASSERT_EQ(page.events.size(), 2U);
  query.position = page.forward_position;
  page = logs_->read("g", "s", query);
  ASSERT_EQ(page.events.size(), 1U);
  query.position = page.forward_position;
  page = logs_->read("g", "s", query);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.forward_position, query.position);
  append("s", {{4, "d"}});
  EXPECT_THAT(read("s", query), ElementsAre("d"));
}

TEST_F(LogsTest, PagesBackwardFromTheEnd) {
  append("s", {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}});
  LogReadQuery query{.range = {}, .forward = false, .position = {}, .limit = 2};
  LogPage page = logs_->read("g", "s", query);
  const std::uint64_t end = page.forward_position;
  ASSERT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.events.front().message, "d");
  query.position = page.backward_position;
  EXPECT_THAT(read("s", query), ElementsAre("b", "c"));
  query.position = logs_->read("g", "s", query).backward_position;
  EXPECT_THAT(read("s", query), ElementsAre("a"));
  query.position = logs_->read("g", "s", query).backward_position;
  page = logs_->read("g", "s", query);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.backward_position, query.position);
  EXPECT_THAT(read("s", {.range = {}, .forward = true, .position = end}), IsEmpty());
}

TEST_F(LogsTest, ReadsTheRangeOnlyStartInclusiveEndExclusiveWhateverTheOrder) {
  append("s", {{10, "a"}, {30, "b"}, {20, "c"}, {40, "d"}});
  EXPECT_THAT(read("s", {.range = {20, 40}, .forward = true, .position = {}}),
              ElementsAre("b", "c"));
  EXPECT_THAT(read("s", {.range = {20, 40}, .forward = false, .position = {}}),
              ElementsAre("b", "c"));
  EXPECT_THAT(
      search({.range = {20, 40}, .streams = {}, .stream_prefix = "", .matches = {}, .after = {}}),
      ElementsAre("b", "c"));
}

TEST_F(LogsTest, FindsPlacesInAStreamOfManyBlocks) {
  std::vector<std::string> lines;
  std::vector<LogEvent> events;
  for (int i = 0; i < 20'000; ++i)
    lines.push_back("line " + std::to_string(i) + std::string(80, '.'));
  for (int i = 0; i < 20'000; ++i) events.push_back({i, lines[static_cast<std::size_t>(i)]});
  append("s", events);
  logs_->save_checkpoints();
  reopen();
  const auto page =
      logs_->read("g", "s", {.range = {12'345, 12'347}, .forward = true, .position = {}});
  ASSERT_EQ(page.events.size(), 2U);
  EXPECT_TRUE(page.events[0].message.starts_with("line 12345."));
  const auto last =
      logs_->read("g", "s", {.range = {}, .forward = false, .position = {}, .limit = 3});
  ASSERT_EQ(last.events.size(), 3U);
  EXPECT_TRUE(last.events[0].message.starts_with("line 19997."));
  LogReadQuery query{.range = {}, .forward = true, .position = {}, .limit = 777};
  std::size_t count = 0;
  for (;;) {
    const auto next = logs_->read("g", "s", query);
    if (next.events.empty()) break;
    for (const auto& event : next.events)
      EXPECT_EQ(event.time_ms, static_cast<std::int64_t>(count++));
    query.position = next.forward_position;
  }
  EXPECT_EQ(count, events.size());
}

TEST_F(LogsTest, AnyPositionIsSafeToReadFrom) {
  append("s", {{1, "a"}, {2, "b"}});
  for (std::uint64_t position : {1U, 5U, 33U, 34U, 1000U}) {
    for (const bool forward : {true, false}) {
      const auto page =
          logs_->read("g", "s", {.range = {}, .forward = forward, .position = position});
      EXPECT_LE(page.events.size(), 2U);
    }
  }
}

TEST_F(LogsTest, MergesStreamsByTimeInPagesOfAnySize) {
  append("x", {{1, "x1"}, {4, "x4"}, {4, "x4b"}, {9, "x9"}});
  append("y", {{2, "y2"}, {4, "y4"}, {5, "y5"}});
  append("z", {{3, "z3"}, {10, "z10"}, {6, "z6 late"}});
  const auto whole =
      search({.range = {}, .streams = {}, .stream_prefix = "", .matches = {}, .after = {}});
  EXPECT_EQ(whole.size(), 10U);
  EXPECT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), 10U);
  EXPECT_THAT(std::vector<std::string>(whole.begin(), whole.begin() + 3),
              ElementsAre("x1", "y2", "z3"));
  for (std::size_t limit = 1; limit < 10; ++limit) {
    EXPECT_EQ(search({.range = {},
                      .streams = {},
                      .stream_prefix = "",
                      .matches = {},
                      .after = {},
                      .limit = limit}),
              whole)
        << limit;
  }
}

TEST_F(LogsTest, AStreamThatIsNamedTwiceIsSearchedOnce) {
  append("x", {{1, "x1"}});
  EXPECT_THAT(
      search({.range = {}, .streams = {"x", "x"}, .stream_prefix = "", .matches = {}, .after = {}}),
      ElementsAre("x1"));
}

TEST_F(LogsTest, SearchesTheStreamsAskedForWithAFilter) {
  append("a/1", {{1, "hit one"}, {2, "miss"}});
  append("a/2", {{3, "hit two"}});
  append("b/1", {{4, "hit three"}});
  const auto hits = [](std::string_view message) { return message.starts_with("hit"); };
  EXPECT_THAT(
      search({.range = {}, .streams = {}, .stream_prefix = "a/", .matches = hits, .after = {}}),
      ElementsAre("hit one", "hit two"));
  EXPECT_THAT(search({.range = {},
                      .streams = {"b/1", "a/1"},
                      .stream_prefix = "",
                      .matches = hits,
                      .after = {}}),
              ElementsAre("hit one", "hit three"));
  EXPECT_EQ(
      kind_of([&] {
        search({.range = {}, .streams = {"none"}, .stream_prefix = "", .matches = {}, .after = {}});
      }),
      ErrorKind::kNotFound);
}

TEST_F(LogsTest, EventIdsStayAndDiffer) {
  append("x", {{1, "a"}, {1, "a"}});
  append("y", {{1, "a"}});
  std::set<std::string> ids;
  for (const auto& event : logs_->search("g", {}).events) ids.insert(event.id);
  EXPECT_EQ(ids.size(), 3U);
  reopen();
  for (const auto& event : logs_->search("g", {}).events) EXPECT_TRUE(ids.contains(event.id));
  for (const auto& id : ids) EXPECT_EQ(id.size(), 56U);
}

TEST_F(LogsTest, ListsStreamsByNameAndByLastEvent) {
  append("b", {{30, "x"}});
  append("a", {{10, "x"}, {50, "x"}});
  append("c", {{20, "x"}});
  const auto names = [](const LogStreamPage& page) {
    std::vector<std::string> found;
    for (const auto& stream : page.streams) found.push_back(stream.name);
    return found;
  };
  for (const bool saved : {false, true}) {
    if (saved) logs_->save_checkpoints();
    reopen();
    EXPECT_THAT(names(logs_->streams("g", {})), ElementsAre("a", "b", "c"));
    const auto page = logs_->streams("g", {.prefix = "",
                                           .order = LogStreamOrder::kLastEvent,
                                           .descending = true,
                                           .limit = 2,
                                           .skip = 0,
                                           .after = ""});
    EXPECT_THAT(names(page), ElementsAre("a", "b"));
    EXPECT_TRUE(page.more);
    EXPECT_EQ(page.streams[0].first_event_ms, 10);
    EXPECT_EQ(page.streams[0].last_event_ms, 50);
    const auto rest = logs_->streams("g", {.prefix = "",
                                           .order = LogStreamOrder::kLastEvent,
                                           .descending = true,
                                           .limit = 2,
                                           .skip = 2,
                                           .after = ""});
    EXPECT_THAT(names(rest), ElementsAre("c"));
    EXPECT_FALSE(rest.more);
  }
  const auto exact = logs_->streams("g", {.prefix = "a",
                                          .order = LogStreamOrder::kName,
                                          .descending = false,
                                          .limit = 1,
                                          .skip = 0,
                                          .after = ""});
  EXPECT_FALSE(exact.more);
  const auto down = logs_->streams("g", {.prefix = "",
                                         .order = LogStreamOrder::kName,
                                         .descending = true,
                                         .limit = 1,
                                         .skip = 0,
                                         .after = "c"});
  EXPECT_THAT(names(down), ElementsAre("b"));
  EXPECT_TRUE(down.more);
}

TEST_F(LogsTest, NumberedEventsMakeTheirStreamAndSurviveRestart) {
  EXPECT_EQ(logs_->append_sequenced("g", "s", 0, std::vector<LogEvent>{{1, "a"}, {2, "b"}}), 2U);
  reopen();
  EXPECT_EQ(
      logs_->append_sequenced("g", "s", 0, std::vector<LogEvent>{{1, "a"}, {2, "b"}, {3, "c"}}),
      3U);
  logs_->save_checkpoints();
  reopen();
  EXPECT_EQ(logs_->append_sequenced("g", "s", 2, std::vector<LogEvent>{{3, "c"}}), 3U);
  EXPECT_THAT(read("s"), ElementsAre("a", "b", "c"));
}

TEST_F(LogsTest, ManyWritersOfOneNewStreamLoseNothing) {
  constexpr int kThreads = 8;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 10; ++i) {
        append("s" + std::to_string(i), {{i, std::to_string(thread)}});
      }
    });
  }
  threads.clear();
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(read("s" + std::to_string(i)).size(), static_cast<std::size_t>(kThreads));
}

}  // namespace
}  // namespace sagebrush::store
