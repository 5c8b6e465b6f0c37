#include "store/metrics.h"

#include <gmock/gmock.h>

#include <fstream>
#include <memory>
#include <thread>

#include "base/error.h"
#include "base/time.h"
#include "store/database.h"
#include "store/database_fixture.h"

namespace sagebrush::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kNow = 1'800'000'000;

MetricKey key(const std::string& name, const std::string& job = "j") {
  return {.name_space = "ns", .name = name, .unit = "Percent", .dimensions = {{"Job", job}}};
}

class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest() { reopen(); }

  // As after a crash: nothing is flushed at an end.
  void reopen(MetricRetention retention = {}) {
    metrics_.reset();
    metrics_ = std::make_unique<Metrics>(database_, folder(), clock_, retention);
  }
  std::filesystem::path folder() const { return fixture_.folder() / "metrics"; }

  void put(const std::string& name, std::int64_t time_s, double value) {
    metrics_->append({{key(name), {MetricPoint::of(time_s, value)}}});
  }
  MetricPoints read(const std::string& name, std::int64_t period = 0) {
    return metrics_->read(key(name), 0, 2 * kNow, period);
  }

  DatabaseFixture fixture_;
  Database database_{fixture_.url()};
  FakeClock clock_{from_seconds(kNow)};
  std::unique_ptr<Metrics> metrics_;
};

TEST_F(MetricsTest, GivesBackWhatWasAppended) {
  put("cpu", kNow, 50);
  put("cpu", kNow + 1, 75);
  EXPECT_THAT(read("cpu"), ElementsAre(MetricPoint::of(kNow, 50), MetricPoint::of(kNow + 1, 75)));
  EXPECT_THAT(metrics_->read(key("cpu"), kNow + 1, kNow + 2, 0), SizeIs(1));
  EXPECT_THAT(read("other"), IsEmpty());
}

TEST_F(MetricsTest, SurvivesACrashWithAndWithoutAFlush) {
  put("cpu", kNow, 1);
  reopen();
  EXPECT_THAT(read("cpu"), SizeIs(1));
  metrics_->flush();
  EXPECT_THAT(read("cpu"), SizeIs(1));
  put("cpu", kNow + 1, 2);
  reopen();
  EXPECT_THAT(read("cpu"), ElementsAre(MetricPoint::of(kNow, 1), MetricPoint::of(kNow + 1, 2)));
  metrics_->flush();
  reopen();
  EXPECT_THAT(read("cpu"), SizeIs(2));
}

// A crash after the database had the points and before the journal was removed.
TEST_F(MetricsTest, CountsAJournalOnceThatWasFlushedAndIsStillThere) {
  put("cpu", kNow, 1);
  std::filesystem::copy_file(folder() / "journal-1", fixture_.folder() / "kept");
  metrics_->flush();
  metrics_.reset();
  std::filesystem::copy_file(fixture_.folder() / "kept", folder() / "journal-1");
  reopen();
  EXPECT_THAT(read("cpu"), SizeIs(1));
  EXPECT_THAT(read("cpu", 60), ElementsAre(MetricPoint::of(kNow, 1)));
}

TEST_F(MetricsTest, LeavesOutATornEnd) {
  put("cpu", kNow, 1);
  put("cpu", kNow + 1, 2);
  metrics_.reset();
  std::filesystem::resize_file(folder() / "journal-1",
                               std::filesystem::file_size(folder() / "journal-1") - 3);
  reopen();
  EXPECT_THAT(read("cpu"), ElementsAre(MetricPoint::of(kNow, 1)));
}

TEST_F(MetricsTest, SamplesDownAlikeFromMemoryAndFromBlocks) {
  MetricPoints all;
  for (int second = 0; second < 7200; ++second) {
    all.push_back(MetricPoint::of(kNow + second, second % 100));
  }
  metrics_->append({{key("cpu"), all}});
  const auto minutes = read("cpu", 60);
  const auto hours = read("cpu", 3600);
  const auto halves = read("cpu", 30);
  EXPECT_THAT(minutes, SizeIs(120));
  EXPECT_THAT(hours, SizeIs(2));
  EXPECT_EQ(hours[0].count, 3600);
  EXPECT_EQ(hours[0].maximum, 99);
  EXPECT_EQ(hours[0].sum, 36 * 4950);
  metrics_->flush();
  EXPECT_EQ(read("cpu", 60), minutes);
  EXPECT_EQ(read("cpu", 3600), hours);
  EXPECT_EQ(read("cpu", 30), halves);
}

TEST_F(MetricsTest, AddsLatePointsToTheirPlace) {
  put("cpu", kNow + 100, 10);
  metrics_->flush();
  put("cpu", kNow, 20);
  put("cpu", kNow, 20);
  EXPECT_THAT(read("cpu"),
              ElementsAre(MetricPoint::of(kNow, 20, 2), MetricPoint::of(kNow + 100, 10)));
  metrics_->flush();
  EXPECT_THAT(read("cpu"),
              ElementsAre(MetricPoint::of(kNow, 20, 2), MetricPoint::of(kNow + 100, 10)));
  EXPECT_EQ(read("cpu", 3600)[0].count, 3);
}

TEST_F(MetricsTest, KeepsTheValuesOfOneSecondApart) {
  put("loss", kNow, 3);
  put("loss", kNow, 1);
  put("loss", kNow, 3);
  EXPECT_THAT(read("loss"), ElementsAre(MetricPoint::of(kNow, 3, 2), MetricPoint::of(kNow, 1)));
  MetricPoints many;
  for (int i = 0; i < 1000; ++i) many.push_back(MetricPoint::of(kNow, i + 0.5));
  metrics_->append({{key("loss"), many}});
  EXPECT_THAT(read("loss"), SizeIs(kMetricPointsASecond));
  EXPECT_EQ(read("loss", 1)[0].count, 1003);
}

TEST_F(MetricsTest, StoresAMarkWithItsPoints) {
  const MetricMark mark{.name = "job/stream", .next_sequence = 17, .state = "{\"a\":1}"};
  metrics_->append({{key("loss"), {MetricPoint::of(kNow, 1)}}}, &mark);
  reopen();
  EXPECT_EQ(metrics_->mark("job/stream")->next_sequence, 17U);
  metrics_->flush();
  reopen();
  EXPECT_EQ(metrics_->mark("job/stream")->state, "{\"a\":1}");
  EXPECT_THAT(metrics_->marks("job/"), SizeIs(1));
  metrics_->erase_marks([](const std::string& name) { return name.starts_with("job/"); });
  reopen();
  EXPECT_FALSE(metrics_->mark("job/stream"));
}

TEST_F(MetricsTest, ListsByFilterInPages) {
  put("cpu", kNow, 1);
  put("memory", kNow, 1);
  metrics_->append(
      {{{"ns", "cpu", "Percent", {{"Host", "h"}, {"Job", "k"}}}, {MetricPoint::of(kNow, 1)}}});
  metrics_->append({{{"ns2", "cpu", "None", {}}, {MetricPoint::of(kNow, 1)}}});
  EXPECT_THAT(metrics_->list({}, "", 100).metrics, SizeIs(4));
  EXPECT_THAT(metrics_->list({.name_space = "ns"}, "", 100).metrics, SizeIs(3));
  EXPECT_THAT(metrics_->list({.name = "cpu"}, "", 100).metrics, SizeIs(3));
  EXPECT_THAT(metrics_->list({.dimensions = {{"Job", std::nullopt}}}, "", 100).metrics, SizeIs(3));
  EXPECT_THAT(metrics_->list({.dimensions = {{"Job", "k"}}}, "", 100).metrics, SizeIs(1));
  EXPECT_THAT(metrics_->list({.active_since_s = kNow + 1}, "", 100).metrics, IsEmpty());
  std::size_t seen = 0;
  std::string after;
  do {
    const auto page = metrics_->list({.name_space = "ns"}, after, 1);
    seen += page.metrics.size();
    after = page.next;
  } while (!after.empty());
  EXPECT_EQ(seen, 3U);
}

TEST_F(MetricsTest, ForgetsWhatIsTooOld) {
  reopen({.second = std::chrono::hours(1),
          .minute = std::chrono::hours(10),
          .hour = std::chrono::hours(100)});
  put("cpu", kNow, 1);
  metrics_->flush();
  clock_.advance(std::chrono::hours(2));
  metrics_->flush();
  EXPECT_THAT(read("cpu"), IsEmpty());
  EXPECT_THAT(read("cpu", 60), SizeIs(1));
  clock_.advance(std::chrono::hours(20 * 24));
  metrics_->flush();
  EXPECT_THAT(metrics_->list({}, "", 100).metrics, IsEmpty());
  put("cpu", kNow + 2'000'000, 1);
  EXPECT_THAT(read("cpu", 60), SizeIs(1));
}

TEST_F(MetricsTest, LosesNothingOfManyWritersWhileItFlushes) {
  constexpr int kWriters = 4;
  constexpr int kPoints = 300;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kPoints; ++i) put("w" + std::to_string(writer), kNow + i, i);
      });
    }
    for (int i = 0; i < 5; ++i) metrics_->flush();
  }
  for (int writer = 0; writer < kWriters; ++writer) {
    EXPECT_THAT(read("w" + std::to_string(writer)), SizeIs(kPoints));
  }
  reopen();
  metrics_->flush();
  EXPECT_THAT(read("w0"), SizeIs(kPoints));
}

TEST(MetricPointsTest, AreTheSameAfterEncoding) {
  MetricPoints points;
  for (int i = 0; i < 1000; ++i) points.push_back(MetricPoint::of(kNow + i, 100));
  EXPECT_LT(encode_points(points).size(), 2100U);
  points.push_back({kNow + 5000, 3, 6.5, -1, 1e300});
  points.push_back(MetricPoint::of(kNow + 5000, 0.1, 7));
  EXPECT_EQ(decode_points(encode_points(points)), points);
}

TEST(MetricPointsTest, RefuseBytesThatAreNone) {
  const std::string good = encode_points({MetricPoint::of(kNow, 1.25), {kNow, 2, 3, 1, 2}});
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THROW(decode_points(good.substr(0, size)), Error) << size;
  }
}

}  // namespace
}  // namespace sagebrush::store
