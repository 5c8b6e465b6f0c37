#include "aws/cbor_codec.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "aws/aws_error.h"
#include "aws/codec.h"
#include "aws/registry.h"
#include "aws/request_encoding.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

using boost::json::parse;
using ::testing::HasSubstr;

Operation operation(std::string_view name) {
  return find_service("cloudwatch")->find_operation(name).value();
}

boost::json::object decode(std::string_view hex) {
  return decode_cbor(operation("GetMetricStatistics").input(), from_hex(hex).value());
}

std::string error_of(std::string_view hex) {
  try {
    decode(hex);
  } catch (const AwsError& error) {
    return error.code() + ": " + error.message();
  }
  return "none";
}

TEST(CborTest, ReadsEveryKindOfItem) {
  // {"Namespace": "n", "Period": 60, "StartTime": 1(1.5 half), "Statistics": [_ "Sum"]}
  EXPECT_EQ(decode("A4694E616D657370616365616E66506572696F64183C6953746172745469"
                   "6D65C1F93E006A537461746973746963739F6353756DFF"),
            parse(R"({"Namespace":"n","Period":60,"StartTime":1.5,"Statistics":["Sum"]})"));
  // indefinite map and text in pieces, a null, an unknown member kept
  EXPECT_EQ(decode("BF694E616D6573706163657F61616162FF6A4D65747269634E616D65F66158F5FF"),
            parse(R"({"Namespace":"ab","X":true})"));
  EXPECT_EQ(decode(""), parse("{}"));
}

TEST(CborTest, RefusesWhatIsNoRequest) {
  EXPECT_THAT(error_of("80"), HasSubstr("no map"));
  EXPECT_THAT(error_of("A1"), HasSubstr("ends too early"));
  EXPECT_THAT(error_of("BA7FFFFFFF"), HasSubstr("ends too early"));
  EXPECT_THAT(error_of("A000"), HasSubstr("follows"));
  EXPECT_THAT(error_of("A10101"), HasSubstr("key"));
  EXPECT_THAT(error_of("A16158FB7FF8000000000000"), HasSubstr("finite"));
  EXPECT_THAT(error_of("A161586261FF"), HasSubstr("UTF-8"));
  EXPECT_THAT(error_of("A16158FF"), HasSubstr("end of nothing"));
  EXPECT_THAT(error_of("A166506572696F646161"), HasSubstr("can not be converted to an Integer"));
  std::string deep = "A16158";
  for (int i = 0; i < 100; ++i) deep += "81";
  EXPECT_THAT(error_of(deep + "00"), HasSubstr("nested"));
}

TEST(CborTest, WritesWhatItReads) {
  const auto output = parse(
      R"({"Label":"x","Datapoints":[{"Timestamp":1.5,"Sum":3,"ExtendedStatistics":{"p50":0.5}}]})");
  const auto shape = operation("GetMetricStatistics").output().value();
  const std::string body = encode_cbor(shape, output.as_object());
  EXPECT_EQ(decode_cbor(shape, body),
            parse(R"({"Label":"x","Datapoints":[{"Timestamp":1.5,"Sum":3.0,)"
                  R"("ExtendedStatistics":{"p50":0.5}}]})"));
  EXPECT_NE(body.find('\xC1'), std::string::npos);  // a tagged time
}

TEST(WireFormTest, IsFoundByHeaders) {
  const Service cloudwatch = find_service("cloudwatch").value();
  http::Request request{.method = "POST",
                        .path = "/",
                        .query = "",
                        .headers = {},
                        .peer_address = "",
                        .content_length = {}};
  EXPECT_EQ(wire_form_of(cloudwatch, request), WireForm::kOwn);
  request.headers.set("X-Amz-Target", "GraniteServiceVersion20100801.ListMetrics");
  EXPECT_EQ(wire_form_of(cloudwatch, request), WireForm::kJson);
  EXPECT_EQ(find_requested_operation(cloudwatch, request, "{}").name(), "ListMetrics");
  EXPECT_EQ(wire_form_of(find_service("iam").value(), request), WireForm::kOwn);
  request.headers.set("smithy-protocol", "rpc-v2-cbor");
  request.path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
  EXPECT_EQ(find_requested_operation(cloudwatch, request, "").name(), "PutMetricData");
  request.path = "/service/Other/operation/PutMetricData";
  EXPECT_THROW(find_requested_operation(cloudwatch, request, ""), AwsError);
}

TEST(WireFormTest, SaysOldCodesToNewClients) {
  const Service cloudwatch = find_service("cloudwatch").value();
  const AwsError error("InvalidParameterValue", 400, "no");
  const auto json = encode_error(cloudwatch, error, "id", "", WireForm::kJson);
  EXPECT_EQ(json.headers.get("x-amzn-query-error"), "InvalidParameterValue;Sender");
  EXPECT_EQ(parse(std::get<std::string>(json.body)).at("__type"),
            "com.amazonaws.cloudwatch#InvalidParameterValueException");
  const auto cbor = encode_error(cloudwatch, error, "id", "", WireForm::kCbor);
  EXPECT_THAT(std::get<std::string>(cbor.body), HasSubstr("InvalidParameterValueException"));
  const auto own = encode_error(cloudwatch, error, "id");
  EXPECT_THAT(std::get<std::string>(own.body), HasSubstr("<Code>InvalidParameterValue</Code>"));
}

TEST(RequestEncodingTest, UnpacksGzipWithinBounds) {
  // gzip of "hello"
  const std::string packed = from_hex("1f8b0800000000000003cb48cdc9c9070086a6103605000000").value();
  std::string body = packed;
  decode_content("gzip", 5, body);
  EXPECT_EQ(body, "hello");
  body = packed;
  EXPECT_THROW(decode_content("gzip", 4, body), AwsError);
  body = packed.substr(0, 20);
  EXPECT_THROW(decode_content("gzip", 100, body), AwsError);
  EXPECT_THROW(decode_content("br", 100, body), AwsError);
  body = "x";
  decode_content("", 100, body);
  EXPECT_EQ(body, "x");
}

}  // namespace
}  // namespace sagebrush::aws
