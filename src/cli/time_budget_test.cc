#include "cli/time_budget.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>

namespace sagebrush::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

json::object transition(const char* status, double start, double end, const char* message = "") {
  return {{"Status", status}, {"StartTime", start}, {"EndTime", end}, {"StatusMessage", message}};
}

json::object job(json::array transitions) {
  return {{"SecondaryStatusTransitions", std::move(transitions)}};
}

TEST(TimeBudget, SumsUpByWhatTheTimeWentInto) {
  const auto budget =
      time_budget(job({transition("Starting", 0, 2), transition("Downloading", 2, 3),
                       transition("Training", 3, 4, "Downloading the training image..."),
                       transition("Training", 4, 10), transition("Uploading", 10, 10.5),
                       transition("Completed", 10.5, 10.5)}),
                  from_seconds(100));
  ASSERT_EQ(budget.size(), 5u);
  const std::pair<const char*, std::chrono::milliseconds> expected[] = {
      {"queue", 2s}, {"image", 1s}, {"data in", 1s}, {"train", 6s}, {"upload", 500ms}};
  for (std::size_t i = 0; i < budget.size(); ++i) {
    EXPECT_EQ(budget[i].name, expected[i].first);
    EXPECT_EQ(budget[i].spent, expected[i].second);
  }
}

TEST(TimeBudget, SaysSoWhenTheImageIsNotToldFromTheQueue) {
  EXPECT_EQ(time_budget(job({transition("Starting", 0, 2)}), from_seconds(9)).at(0).name,
            "queue, image");
}

TEST(TimeBudget, ASecondTryAddsToTheFirst) {
  const auto budget =
      time_budget(job({transition("Training", 0, 5), transition("Interrupted", 5, 6),
                       transition("Training", 6, 8)}),
                  from_seconds(9));
  EXPECT_EQ(budget.at(0).spent, 7s);
  EXPECT_EQ(budget.at(1).name, "interrupted");
}

TEST(TimeBudget, AnOpenTransitionCountsUpToNow) {
  EXPECT_EQ(
      time_budget(job({{{"Status", "Training"}, {"StartTime", 1}}}), from_seconds(4)).at(0).spent,
      3s);
  EXPECT_TRUE(time_budget({}, from_seconds(4)).empty());
}

TEST(TimeBudget, IsDrawnAsABarAndALineEach) {
  const auto budget = time_budget(job({transition("Starting", 0, 1), transition("Training", 1, 10),
                                       transition("Uploading", 10, 10.001)}),
                                  from_seconds(0));
  EXPECT_EQ(render_budget(budget, 24, false),
            "  [qq#################u]\n"
            "  q queue, image      1.0s   10%\n"
            "  # train             9.0s   90%\n"
            "  u upload            0.0s    0%\n"
            "    in all             10s\n");
}

TEST(TimeBudget, OfAJobThatTookNoTimeIsDrawnToo) {
  EXPECT_EQ(render_budget({}, 24, false), "  []\n    in all            0.0s\n");
}

}  // namespace
}  // namespace sagebrush::cli
