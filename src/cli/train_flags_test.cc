#include "cli/train_flags.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/train_upload.h"

namespace sagebrush::cli {
namespace {

namespace json = boost::json;

TEST(TrainFlags, SpotJobsWaitAsLongAsTheyMayRunUnlessTold) {
  TrainFlags flags;
  flags.request.name = "j";
  flags.request.spot = true;
  flags.request.max_run_seconds = 600;
  flags.request.checkpoint = "s3://b/c";
  flags.interrupt_after = "1m";
  const json::object request = to_json(request_of(flags));
  EXPECT_EQ(request.at("EnableManagedSpotTraining"), true);
  EXPECT_EQ(request.at("StoppingCondition").at("MaxWaitTimeInSeconds"), 600);
  EXPECT_EQ(request.at("CheckpointConfig").at("S3Uri"), "s3://b/c");
  EXPECT_EQ(request.at("Tags").at(0),
            (json::value{{"Key", "sagebrush:interrupt-after"}, {"Value", "60"}}));
}

TEST(TrainFlags, MetricsAreDefinitions) {
  TrainFlags flags;
  flags.request.name = "j";
  flags.metrics = {"loss=loss=([0-9.]+)"};
  const json::object request = to_json(request_of(flags));
  EXPECT_EQ(request.at("AlgorithmSpecification").at("MetricDefinitions").at(0),
            (json::value{{"Name", "loss"}, {"Regex", "loss=([0-9.]+)"}}));
}

TEST(TrainFlags, NamesTheJobAfterItsScript) {
  TrainFlags flags;
  flags.words = {"my_train.py"};
  EXPECT_TRUE(request_of(flags).name.starts_with("my-train-20")) << request_of(flags).name;
}

TEST(TrainFlags, RefusesStrayWords) {
  TrainFlags flags;
  flags.words = {"nothing-of-that-name"};
  EXPECT_THROW(script_of(flags), Error);
  flags.words = {"train.py", "more"};
  EXPECT_THROW(script_of(flags), Error);
  flags.words = {};
  flags.source_dir = "src";
  EXPECT_THROW(script_of(flags), Error);
}

TEST(ParseSeconds, TakesUnits) {
  EXPECT_EQ(parse_seconds("--x", "90"), 90);
  EXPECT_EQ(parse_seconds("--x", "60s"), 60);
  EXPECT_EQ(parse_seconds("--x", "5m"), 300);
  EXPECT_EQ(parse_seconds("--x", "2h"), 7200);
  for (const char* bad : {"", "s", "0", "-1", "1d", "99999999999"}) {
    EXPECT_THROW(parse_seconds("--x", bad), Error) << bad;
  }
}

TEST(FrameworkImage, IsOfTheRegionAndTheMachine) {
  EXPECT_EQ(framework_image("eu-west-1", "ml.m5.large"),
            "763104351884.dkr.ecr.eu-west-1.amazonaws.com/"
            "pytorch-training:2.5.1-cpu-py311-ubuntu22.04-sagemaker");
  EXPECT_NE(framework_image("eu-west-1", "ml.g5.xlarge").find("gpu"), std::string::npos);
}

TEST(InputPrefix, IsTheSameForAPathHoweverItIsWritten) {
  EXPECT_EQ(input_prefix("/tmp/../tmp/some data", "m"), input_prefix("/tmp/some data", "m"));
  EXPECT_NE(input_prefix("/tmp/a", "m"), input_prefix("/tmp/a", "n"));
  EXPECT_TRUE(input_prefix("/tmp/some data", "m").starts_with("input/some-data-"));
}

}  // namespace
}  // namespace sagebrush::cli
