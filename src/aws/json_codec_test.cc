#include "aws/json_codec.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "aws/aws_error.h"
#include "aws/registry.h"

namespace sagebrush::aws {
namespace {

Operation operation(std::string_view name, std::string_view service = "sagemaker") {
  return *find_service(service)->find_operation(name);
}

boost::json::object decode(std::string_view name, std::string_view body) {
  return decode_json(operation(name).input(), body);
}

std::string refusal(std::string_view name, std::string_view body) {
  try {
    decode(name, body);
  } catch (const AwsError& error) {
    EXPECT_EQ(error.code(), "SerializationException");
    EXPECT_EQ(error.status(), 400);
    return error.message();
  }
  return "accepted";
}

TEST(JsonDecode, KeepsUnknownMembersAndDropsNulls) {
  auto input = decode("CreateTrainingJob",
                      R"({"TrainingJobName": "a", "Environment": null, "New": {"X": 1}})");
  EXPECT_EQ(boost::json::serialize(input), R"({"TrainingJobName":"a","New":{"X":1}})");
}

TEST(JsonDecode, TakesAnEmptyBodyAsAnEmptyObject) {
  EXPECT_TRUE(decode("ListTrainingJobs", "").empty());
  EXPECT_TRUE(decode("ListTrainingJobs", "{}").empty());
}

TEST(JsonDecode, SaysWhichKindItFoundAndWhere) {
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"ResourceConfig": {"InstanceCount": "two"}})"),
            "STRING_VALUE can not be converted to an Integer (at 'resourceConfig.instanceCount')");
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"TrainingJobName": 1})"),
            "NUMBER_VALUE can not be converted to a String (at 'trainingJobName')");
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"TrainingJobName": {}})"),
            "Start of structure or map found where not expected. (at 'trainingJobName')");
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"Tags": "x"})"), "Expected list or null (at 'tags')");
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"HyperParameters": []})"),
            "Expected map or null (at 'hyperParameters')");
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"HyperParameters": {"epochs": 3}})"),
            "NUMBER_VALUE can not be converted to a String (at 'hyperParameters.epochs')");
  EXPECT_EQ(refusal("CreateTrainingJob", R"({"EnableNetworkIsolation": "yes"})"),
            "STRING_VALUE can not be converted to a Boolean (at 'enableNetworkIsolation')");
}

TEST(JsonDecode, RefusesWhatIsNotAnObjectOfJson) {
  EXPECT_NE(refusal("ListTrainingJobs", "{"), "accepted");
  EXPECT_NE(refusal("ListTrainingJobs", "[]"), "accepted");
  EXPECT_NE(refusal("ListTrainingJobs", "{\"NextToken\": \"\xff\"}"), "accepted");
  std::string deep = "{\"New\":" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_NE(refusal("ListTrainingJobs", deep), "accepted");
}

TEST(JsonDecode, ChecksRangesOfIntegers) {
  EXPECT_EQ(refusal("ListTrainingJobs", R"({"MaxResults": 2147483648})"),
            "NUMBER_VALUE can not be converted to an Integer (at 'maxResults')");
  EXPECT_EQ(decode("ListTrainingJobs", R"({"MaxResults": 10.0})").at("MaxResults").as_int64(), 10);
  EXPECT_NE(refusal("ListTrainingJobs", R"({"MaxResults": 10.5})"), "accepted");
}

TEST(JsonDecode, ReadsTimesAsSeconds) {
  auto input =
      decode("ListTrainingJobs",
             R"({"CreationTimeAfter": 1700000000, "CreationTimeBefore": "2023-11-14T22:13:20Z"})");
  EXPECT_DOUBLE_EQ(input.at("CreationTimeAfter").as_double(), 1700000000.0);
  EXPECT_DOUBLE_EQ(input.at("CreationTimeBefore").as_double(), 1700000000.0);
}

TEST(JsonDecode, RefusesTextThatIsNoTime) {
  EXPECT_EQ(refusal("ListTrainingJobs", R"({"CreationTimeAfter": "soon"})"),
            "STRING_VALUE can not be converted to a Timestamp (at 'creationTimeAfter')");
}

TEST(JsonEncode, WritesTimesAsSecondsWithAFraction) {
  boost::json::object output{{"TrainingJobName", "a\"b"},
                             {"CreationTime", 1700000000.123},
                             {"LastModifiedTime", 1700000000.0},
                             {"FailureReason", nullptr},
                             {"NewMember", 0.5}};
  EXPECT_EQ(encode_json(*operation("DescribeTrainingJob").output(), output),
            R"({"TrainingJobName":"a\"b","CreationTime":1700000000.123,)"
            R"("LastModifiedTime":1700000000.0,"NewMember":0.5})");
}

TEST(JsonEncode, KeepsMillisecondsOfLogsAsIntegers) {
  boost::json::object output =
      boost::json::parse(R"({"events": [{"timestamp": 1700000000123, "message": "x"}]})")
          .as_object();
  EXPECT_EQ(encode_json(*operation("GetLogEvents", "logs").output(), output),
            R"({"events":[{"timestamp":1700000000123,"message":"x"}]})");
}

}  // namespace
}  // namespace sagebrush::aws
