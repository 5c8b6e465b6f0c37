#include "cli/job_request.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "cli/job_name.h"
#include "cli/json_value.h"
#include "cli/s3_uri.h"

namespace sagebrush::cli {
namespace {

TEST(JobRequest, HasTheShapeOfTheApi) {
  JobRequest request;
  request.name = "j";
  request.hyperparameters = {{"epochs", "2"}};
  request.inputs = {{"train", "s3://b/t/"}};
  request.output = "s3://b/out";
  request.role = "arn:aws:iam::000000000000:role/R";
  request.environment = {{"A", "1"}};
  request.entrypoint = {"/bin/sh", "-c"};
  request.arguments = {"true"};
  EXPECT_EQ(
      boost::json::serialize(to_json(request)),
      R"({"TrainingJobName":"j","AlgorithmSpecification":{"TrainingImage":"sagebrush/image-classification:latest",)"
      R"("TrainingInputMode":"File","ContainerEntrypoint":["/bin/sh","-c"],"ContainerArguments":["true"]},)"
      R"("RoleArn":"arn:aws:iam::000000000000:role/R","OutputDataConfig":{"S3OutputPath":"s3://b/out"},)"
      R"("ResourceConfig":{"InstanceType":"ml.m5.xlarge","InstanceCount":1,"VolumeSizeInGB":30},)"
      R"("StoppingCondition":{"MaxRuntimeInSeconds":86400},"HyperParameters":{"epochs":"2"},"Environment":{"A":"1"},)"
      R"("InputDataConfig":[{"ChannelName":"train","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix",)"
      R"("S3Uri":"s3://b/t/","S3DataDistributionType":"FullyReplicated"}},"InputMode":"File"}]})");
}

TEST(JobRequest, LeavesOutWhatIsEmpty) {
  const boost::json::object object = to_json(JobRequest{});
  for (const char* name : {"HyperParameters", "Environment", "InputDataConfig"})
    EXPECT_FALSE(object.contains(name));
}

TEST(JobName, IsTheBaseWithTheTime) {
  EXPECT_EQ(new_job_name("demo", from_iso8601("2026-01-31T12:00:00.123Z")),
            "demo-2026-01-31-12-00-00-123");
}

TEST(JobName, IsAlwaysLegal) {
  const Time time = from_iso8601("2026-01-31T12:00:00Z");
  EXPECT_EQ(new_job_name("_my__net.v2-", time), "my-net-v2-2026-01-31-12-00-00-000");
  EXPECT_EQ(new_job_name("", time), "job-2026-01-31-12-00-00-000");
  const std::string longest = new_job_name(std::string(38, 'x') + "-" + std::string(60, 'y'), time);
  EXPECT_LE(longest.size(), 63u);
  EXPECT_EQ(longest.find("--"), std::string::npos);
}

TEST(JobName, TakesItsBaseFromTheImage) {
  EXPECT_EQ(base_of_image("763104351884.dkr.ecr.us-east-1.amazonaws.com/team/my_net:1.2"),
            "my-net");
  EXPECT_EQ(base_of_image("localhost:5000/net@sha256:0123"), "net");
  EXPECT_EQ(base_of_image(kBuiltInImage), "image-classification");
}

TEST(S3Uri, HasABucketAndAKey) {
  EXPECT_EQ(parse_s3_uri("s3://b/a/b//c ").key, "a/b//c ");
  EXPECT_EQ(parse_s3_uri("s3://b").key, "");
  EXPECT_EQ(parse_s3_uri("s3://b/").bucket, "b");
  for (const char* bad : {"", "b/c", "s3:/b", "s3://", "s3:///k", "http://b/k"}) {
    EXPECT_THROW(parse_s3_uri(bad), Error) << bad;
  }
}

TEST(JsonTimes, BecomeText) {
  const boost::json::object object{
      {"CreationTime", 1.5}, {"BillableTimeInSeconds", 3}, {"Deep", {{"EndTime", 0}}}};
  EXPECT_EQ(
      boost::json::serialize(with_iso_times(object)),
      R"({"CreationTime":"1970-01-01T00:00:01.500Z","BillableTimeInSeconds":3,"Deep":{"EndTime":"1970-01-01T00:00:00.000Z"}})");
}

TEST(PrettyJson, IsIndented) {
  EXPECT_EQ(pretty_json({{"a", {1, "x"}}, {"b", boost::json::object{}}}),
            "{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": {}\n}\n");
}

}  // namespace
}  // namespace sagebrush::cli
