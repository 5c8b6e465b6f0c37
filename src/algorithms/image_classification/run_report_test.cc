#include "algorithms/image_classification/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/scratch_folder.h"

namespace sagebrush::vision {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunSummary summary() {
  RunSummary made;
  made.hyperparameters = {{"epochs", "2"}};
  made.labels = {"cat, tame", "<dog>"};
  made.history = {{1, 0.9, 0.5, 0.8, 0.6, 0.1, 100, 1}, {2, 0.7, 0.7, 0.6, 0.75, 0.05, 110, 2}};
  made.evaluation = {20, 15, 0.6, 2, {8, 2, 3, 7}};
  made.evaluated_on = "test";
  return made;
}

std::string text_of(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

TEST(RunReport, ScoresOfClasses) {
  const std::vector<ClassScore> scores = class_scores(summary().evaluation);
  EXPECT_EQ(scores[0].count, 10);
  EXPECT_NEAR(scores[0].recall, 0.8, 1e-12);
  EXPECT_NEAR(scores[0].precision, 8.0 / 11, 1e-12);
  EXPECT_NEAR(scores[1].f1, 2 * 0.7 * (7.0 / 9) / (0.7 + 7.0 / 9), 1e-12);
  const std::vector<ClassScore> none = class_scores({0, 0, 0, 2, {0, 0, 0, 0}});
  EXPECT_EQ(none[1].f1, 0);
}

TEST(RunReport, FilesSayTheSame) {
  const ScratchFolder scratch;
  write_history(scratch.path(), summary().history);
  write_run_report(scratch.path(), summary());
  const auto evaluation =
      boost::json::parse(text_of(scratch.path() / "evaluation.json")).as_object();
  EXPECT_EQ(evaluation.at("accuracy").to_number<double>(), 0.75);
  EXPECT_EQ(evaluation.at("confusion_matrix").at(1).at(0).to_number<int>(), 3);
  EXPECT_EQ(evaluation.at("classes").at(0).at("label").as_string(), "cat, tame");
  EXPECT_THAT(text_of(scratch.path() / "confusion_matrix.csv"),
              HasSubstr("\"cat, tame\",8,2\n<dog>,3,7\n"));
  EXPECT_THAT(text_of(scratch.path() / "epochs.csv"), HasSubstr("\n2,0.7,0.7,0.6,0.75,"));
  EXPECT_EQ(
      boost::json::parse(text_of(scratch.path() / "metrics.json")).at("epochs").as_array().size(),
      2U);
}

TEST(RunReport, AClassWithoutImagesHasNoAccuracy) {
  const ScratchFolder scratch;
  RunSummary made = summary();
  made.evaluation = {10, 8, 0.6, 2, {8, 2, 0, 0}};
  write_run_report(scratch.path(), made);
  const auto evaluation = boost::json::parse(text_of(scratch.path() / "evaluation.json"));
  EXPECT_TRUE(evaluation.at("classes").at(1).at("accuracy").is_null());
  EXPECT_THAT(report_html(made), HasSubstr("<td>0</td><td>–</td>"));
}

TEST(RunReport, PageIsOneFileAndNothingInItIsMarkup) {
  const std::string page = report_html(summary());
  EXPECT_THAT(page, HasSubstr("&lt;dog&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<dog>")));
  EXPECT_THAT(page, HasSubstr("<polyline"));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  RunSummary empty = summary();
  empty.history.clear();
  EXPECT_THAT(report_html(empty), Not(HasSubstr("<svg")));
}

}  // namespace
}  // namespace sagebrush::vision
