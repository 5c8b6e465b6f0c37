#include "aws/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "aws/aws_error.h"
#include "aws/registry.h"
#include "aws/validation_pattern.h"

namespace sagebrush::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

boost::json::object training_job() {
  return boost::json::parse(R"({
    "TrainingJobName": "mnist-1",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::000000000000:role/SagebrushExecution",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60}})")
      .as_object();
}

std::vector<std::string> violations(std::string_view operation, const boost::json::object& input,
                                    std::string_view service = "sagemaker") {
  return find_violations(*find_service(service)->find_operation(operation)->input(), input);
}

TEST(Validation, AcceptsAnOrdinaryJob) {
  EXPECT_THAT(violations("CreateTrainingJob", training_job()), IsEmpty());
}

TEST(Validation, NamesWhatIsMissing) {
  auto job = training_job();
  job.erase("TrainingJobName");
  job["AlgorithmSpecification"].as_object().erase("TrainingInputMode");
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre("Value null at 'trainingJobName' failed to satisfy constraint: Member "
                          "must not be null",
                          "Value null at 'algorithmSpecification.trainingInputMode' failed to "
                          "satisfy constraint: Member must not be null"));
}

TEST(Validation, ChecksRanges) {
  auto job = training_job();
  job["ResourceConfig"].as_object()["InstanceCount"] = -1;
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre("Value '-1' at 'resourceConfig.instanceCount' failed to satisfy "
                          "constraint: Member must have value greater than or equal to 0"));
}

TEST(Validation, ChecksLengthAndPattern) {
  auto job = training_job();
  job["TrainingJobName"] = std::string(64, 'a');
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre(HasSubstr("Member must have length less than or equal to 63"),
                          HasSubstr("Member must satisfy regular expression pattern: "
                                    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")));
  job["TrainingJobName"] = "under_score";
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre("Value 'under_score' at 'trainingJobName' failed to satisfy constraint: "
                          "Member must satisfy regular expression pattern: "
                          "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"));
}

TEST(Validation, CountsLengthInUtf16Units) {
  auto job = training_job();
  job["HyperParameters"] = {{"note", ""}};
  std::string text;
  for (int i = 0; i < 1250; ++i) text += "\xF0\x9F\x98\x80";  // two units each: 2,500 is the limit
  job["HyperParameters"].as_object()["note"] = text;
  EXPECT_THAT(violations("CreateTrainingJob", job), IsEmpty());
  job["HyperParameters"].as_object()["note"] = text + "a";
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre(HasSubstr("at 'hyperParameters' failed to satisfy constraint: Map value "
                                    "must satisfy constraint: [Member must have length less than "
                                    "or equal to 2500")));
}

TEST(Validation, ListsAnEnumsValues) {
  auto job = training_job();
  job["AlgorithmSpecification"].as_object()["TrainingInputMode"] = "Stream";
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre("Value 'Stream' at 'algorithmSpecification.trainingInputMode' failed to "
                          "satisfy constraint: Member must satisfy enum value set: [Pipe, File, "
                          "FastFile]"));
}

TEST(Validation, LeavesInstanceTypesToTheCatalogue) {
  auto job = training_job();
  for (const char* type : {"ml.p9e-gb900.144xlarge", "m5.large"}) {
    job["ResourceConfig"].as_object()["InstanceType"] = type;
    EXPECT_THAT(violations("CreateTrainingJob", job), IsEmpty());
  }
}

TEST(Validation, PutsOneSentenceForAListOfScalars) {
  auto job = training_job();
  job["VpcConfig"] =
      boost::json::parse(R"({"SecurityGroupIds": ["sg-1", "sg 2"], "Subnets": ["s"]})");
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre("Value '[sg-1, sg 2]' at 'vpcConfig.securityGroupIds' failed to satisfy "
                          "constraint: Member must satisfy constraint: [Member must have length "
                          "less than or equal to 32, Member must satisfy regular expression "
                          "pattern: [-0-9a-zA-Z]+]"));
}

TEST(Validation, NumbersStructuresInAList) {
  auto job = training_job();
  job["Tags"] = boost::json::parse(R"([{"Key": "a", "Value": "b"}, {"Value": "c"}])");
  EXPECT_THAT(violations("CreateTrainingJob", job),
              ElementsAre("Value null at 'tags.2.member.key' failed to satisfy constraint: Member "
                          "must not be null"));
}

// Its pattern ends in (?<!-)$, which RE2 does not take.
TEST(Validation, ReplacesLookbehind) {
  Shape shape = *find_service("sagemaker")->find_shape("ArnOrName");
  EXPECT_TRUE(matches_pattern(shape, "package-1"));
  EXPECT_TRUE(matches_pattern(shape, "arn:aws:sagemaker:us-east-1:000000000000:model-package/p"));
  EXPECT_FALSE(matches_pattern(shape, "package-"));
  EXPECT_FALSE(matches_pattern(shape, ""));
}

TEST(Validation, LeavesUnknownMembersAlone) {
  auto job = training_job();
  job["SessionChainingConfig"] = boost::json::parse(R"({"EnableSessionTagChaining": true})");
  EXPECT_THAT(violations("CreateTrainingJob", job), IsEmpty());
}

TEST(Validation, ThrowsTheServicesOwnCode) {
  auto code = [](std::string_view service, std::string_view operation) {
    try {
      validate(*find_service(service)->find_operation(operation), {});
    } catch (const AwsError& error) {
      return error.code() + ": " + error.message();
    }
    return std::string("accepted");
  };
  EXPECT_EQ(code("sagemaker", "AddTags"),
            "ValidationException: 2 validation errors detected: Value null at 'resourceArn' failed "
            "to satisfy constraint: Member must not be null; Value null at 'tags' failed to "
            "satisfy constraint: Member must not be null");
  EXPECT_THAT(code("logs", "CreateLogGroup"),
              HasSubstr("InvalidParameterException: 1 validation error detected: Value null at "
                        "'logGroupName'"));
  EXPECT_THAT(code("iam", "GetRole"), HasSubstr("ValidationError: 1 validation error detected"));
  EXPECT_EQ(code("s3", "ListBuckets"), "accepted");
}

}  // namespace
}  // namespace sagebrush::aws
