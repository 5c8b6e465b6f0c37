#include "job/metric_collector.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/file.h"
#include "base/time.h"
#include "store/database.h"
#include "store/metrics.h"

namespace sagebrush::job {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kNow = 1'800'000'000;

class MetricCollectorTest : public ::testing::Test {
 protected:
  MetricCollectorTest() {
    job_.id = "id";
    job_.name = "job";
    job_.request =
        boost::json::parse(
            R"j({"AlgorithmSpecification":{"MetricDefinitions":[{"Name":"loss","Regex":"loss=(\\S+)"}]},
             "HyperParameters":{"epochs":"4"}})j")
            .as_object();
    reopen();
  }
  void reopen() {
    collector_.reset();
    metrics_.reset();
    metrics_ = std::make_unique<store::Metrics>(database_, folder_.path() / "metrics", clock_);
    collector_ = std::make_unique<MetricCollector>(*metrics_, clock_);
  }
  std::uint64_t take(std::uint64_t first, const std::vector<std::string>& lines) {
    agent_protocol::LogBatch batch{first, {}};
    for (const auto& line : lines) {
      batch.events.push_back({from_seconds(kNow + static_cast<double>(first)), line});
    }
    return collector_->take_lines(job_, "job/algo-1-1", batch);
  }
  store::MetricPoints points(const std::string& name,
                             const std::string& dimension = "TrainingJobName",
                             const std::string& value = "job", const std::string& unit = "None",
                             const char* name_space = kTrainingMetrics) {
    return metrics_->read({name_space, name, unit, {{dimension, value}}}, 0, 2 * kNow, 0);
  }

  TemporaryDirectory folder_;
  store::Database database_{"sqlite://" + (folder_.path() / "db").string()};
  FakeClock clock_{from_seconds(kNow)};
  std::unique_ptr<store::Metrics> metrics_;
  std::unique_ptr<MetricCollector> collector_;
  TrainingJob job_;
};

TEST_F(MetricCollectorTest, LooksAtEachLineOnce) {
  EXPECT_EQ(take(0, {"loss=4", "x"}), 2U);
  EXPECT_EQ(take(0, {"loss=4", "x"}), 2U);
  EXPECT_EQ(take(1, {"x", "loss=2"}), 3U);
  EXPECT_EQ(take(5, {"loss=9"}), 3U);  // a gap
  EXPECT_THAT(points("loss"), SizeIs(2));
  reopen();  // as after a crash
  EXPECT_EQ(take(0, {}), 3U);
  EXPECT_EQ(take(2, {"loss=2", "loss=1"}), 4U);
  EXPECT_THAT(points("loss"), SizeIs(3));
}

TEST_F(MetricCollectorTest, KnowsTheLastValues) {
  take(0, {"loss=4"});
  take(1, {"loss=3"});
  reopen();
  const auto finals = collector_->final_metrics("id");
  ASSERT_THAT(finals, SizeIs(1));
  EXPECT_EQ(finals[0].name, "loss");
  EXPECT_EQ(finals[0].value, 3);
  EXPECT_EQ(finals[0].time, from_seconds(kNow + 1));
  EXPECT_THAT(collector_->final_metrics("i"), IsEmpty());
  collector_->forget("id");
  EXPECT_THAT(collector_->final_metrics("id"), IsEmpty());
}

TEST_F(MetricCollectorTest, TakesEachSampleOnce) {
  const agent_protocol::UsageBatch batch{{{from_seconds(kNow), {{"CPUUtilization", 50}}},
                                          {from_seconds(kNow + 1), {{"CPUUtilization", 60}}}}};
  collector_->take_usage(job_, "algo-1", batch);
  collector_->take_usage(job_, "algo-1", batch);
  EXPECT_THAT(points("CPUUtilization", "Host", "job/algo-1", "Percent"), SizeIs(2));
  reopen();
  collector_->take_usage(job_, "algo-1", batch);
  EXPECT_THAT(points("CPUUtilization", "Host", "job/algo-1", "Percent"), SizeIs(2));
}

TEST_F(MetricCollectorTest, TellsHowFarTheJobIs) {
  take(0, {"epoch=1 loss=4"});
  take(1, {"epoch=2 loss=3"});
  collector_->take_usage(job_, "algo-1", {});
  EXPECT_THAT(points("Progress", "TrainingJobName", "job", "Percent", kProgressMetrics),
              ElementsAre(store::MetricPoint::of(kNow, 50)));
  EXPECT_THAT(points("Epoch", "TrainingJobName", "job", "None", kProgressMetrics), SizeIs(1));
  EXPECT_THAT(points("RemainingTime", "TrainingJobName", "job", "Seconds", kProgressMetrics),
              SizeIs(1));
}

}  // namespace
}  // namespace sagebrush::job
