#include "aws/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "aws/query_codec.h"
#include "aws/registry.h"
#include "aws/xml_codec.h"

namespace sagebrush::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

Operation operation(std::string_view service, std::string_view name) {
  return *find_service(service)->find_operation(name);
}

boost::json::object parse(std::string_view text) {
  return boost::json::parse(text).as_object();
}

std::string encoded(std::string_view service, std::string_view name, std::string_view output) {
  return std::get<std::string>(
      encode_response(operation(service, name), parse(output), "r-1").body);
}

std::string error_body(std::string_view service, const AwsError& error) {
  return std::get<std::string>(encode_error(*find_service(service), error, "r-1", "/b/k").body);
}

std::string code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const AwsError& error) {
    return error.code();
  }
  return "accepted";
}

TEST(QueryCodec, ReadsNestedListsAndScalars) {
  auto input = decode_query(*operation("sts", "AssumeRole").input(),
                            parse_form("Action=AssumeRole&RoleArn=arn%3Aaws&DurationSeconds=900"
                                       "&Tags.member.10.Key=b&Tags.member.10.Value=&Tags.member.2."
                                       "Key=a+c&Tags.member.2.Value=%2B"));
  EXPECT_EQ(boost::json::serialize(input),
            R"({"RoleArn":"arn:aws","DurationSeconds":900,)"
            R"("Tags":[{"Key":"a c","Value":"+"},{"Key":"b","Value":""}]})");
}

TEST(QueryCodec, RefusesWhatItCanNotRead) {
  Shape shape = *operation("sts", "AssumeRole").input();
  EXPECT_EQ(code_of([&] { decode_query(shape, parse_form("DurationSeconds=long")); }),
            "MalformedInput");
  EXPECT_EQ(code_of([] { parse_form("a=%f"); }), "InvalidArgument");
  EXPECT_EQ(code_of([] { parse_form("a=%ff"); }), "InvalidArgument");
  std::string deep(200, '.');
  EXPECT_EQ(code_of([&] { decode_query(shape, parse_form(deep + "=1")); }), "MalformedInput");
}

TEST(QueryCodec, WrapsTheResult) {
  EXPECT_EQ(
      encoded(
          "iam", "ListAttachedRolePolicies",
          R"({"AttachedPolicies": [{"PolicyName": "p&q", "PolicyArn": "a"}], "IsTruncated": false})"),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<ListAttachedRolePoliciesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
      "<ListAttachedRolePoliciesResult><AttachedPolicies><member><PolicyName>p&amp;q</PolicyName>"
      "<PolicyArn>a</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>"
      "</ListAttachedRolePoliciesResult><ResponseMetadata><RequestId>r-1</RequestId>"
      "</ResponseMetadata></ListAttachedRolePoliciesResponse>");
  EXPECT_THAT(encoded("iam", "GetRole", R"({"Role": {"CreateDate": 1700000000.5}})"),
              HasSubstr("<CreateDate>2023-11-14T22:13:20Z</CreateDate>"));
  EXPECT_THAT(encoded("iam", "DeleteUser", "{}"), Not(HasSubstr("Result")));
}

TEST(QueryCodec, FindsTheActionInUrlOrForm) {
  Service iam = *find_service("iam");
  http::Request request;
  EXPECT_EQ(find_requested_operation(iam, request, "Version=x&Action=GetUser").name(), "GetUser");
  request.query = "Action=ListUsers";
  EXPECT_EQ(find_requested_operation(iam, request, "").name(), "ListUsers");
  request.query = "Action=Fly";
  EXPECT_EQ(code_of([&] { find_requested_operation(iam, request, ""); }), "InvalidAction");
}

TEST(XmlCodec, ReadsDeleteObjects) {
  Shape shape = operation("s3", "DeleteObjects").input()->payload()->shape();
  auto input = decode_xml(
      shape,
      "<?xml version=\"1.0\"?><!-- c --><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Object><Key> a&lt;b&#x1f600; </Key></Object><Object><Key><![CDATA[<]]></Key>"
      "<New>x</New></Object><Quiet>true</Quiet></Delete>");
  EXPECT_EQ(boost::json::serialize(input),
            "{\"Objects\":[{\"Key\":\" a<b\xF0\x9F\x98\x80 \"},{\"Key\":\"<\"}],\"Quiet\":true}");
}

TEST(XmlCodec, ReadsCompleteMultipartUpload) {
  Shape shape = operation("s3", "CompleteMultipartUpload").input()->payload()->shape();
  auto input = decode_xml(
      shape,
      "<CompleteMultipartUpload><Part><ETag>\"e\"</ETag><PartNumber>1</PartNumber></Part>"
      "</CompleteMultipartUpload>");
  EXPECT_EQ(boost::json::serialize(input), R"({"Parts":[{"ETag":"\"e\"","PartNumber":1}]})");
}

TEST(XmlCodec, RefusesHostileBodies) {
  Shape shape = operation("s3", "DeleteObjects").input()->payload()->shape();
  auto refused = [&](const std::string& body) { return code_of([&] { decode_xml(shape, body); }); };
  EXPECT_EQ(refused("<!DOCTYPE d [<!ENTITY e \"x\">]><Delete>&e;</Delete>"), "MalformedXML");
  EXPECT_EQ(refused("<Delete>"), "MalformedXML");
  EXPECT_EQ(refused(""), "MalformedXML");
  EXPECT_EQ(refused("<Delete>\xff</Delete>"), "MalformedXML");
  EXPECT_EQ(refused("<Delete><Quiet>maybe</Quiet></Delete>"), "MalformedXML");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  for (int i = 0; i < 100000; ++i) deep += "</a>";
  EXPECT_EQ(refused(deep), "MalformedXML");
  EXPECT_EQ(refused("<Delete>" + std::string(3 << 20, ' ') + "</Delete>"), "MalformedXML");
}

TEST(RestCodec, WritesListObjectsV2) {
  EXPECT_EQ(
      encoded(
          "s3", "ListObjectsV2",
          R"({"Name": "b", "KeyCount": 1, "Contents": [{"Key": "a\u0001\r", "LastModified": 1700000000.5,
                        "ETag": "\"e\"", "Size": 5}], "CommonPrefixes": [{"Prefix": "p/"}, {"Prefix": "q/"}]})"),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Contents><Key>a&#x1;&#xd;</Key><LastModified>2023-11-14T22:13:20.000Z</LastModified>"
      "<ETag>&quot;e&quot;</ETag><Size>5</Size></Contents><Name>b</Name>"
      "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>q/</Prefix></"
      "CommonPrefixes>"
      "<KeyCount>1</KeyCount></ListBucketResult>");
}

TEST(RestCodec, WritesTheBucketsLocation) {
  EXPECT_THAT(encoded("s3", "GetBucketLocation", R"({"LocationConstraint": "eu-west-1"})"),
              HasSubstr("2006-03-01/\">eu-west-1</LocationConstraint>"));
  EXPECT_THAT(encoded("s3", "GetBucketLocation", "{}"),
              HasSubstr("2006-03-01/\"></LocationConstraint>"));
}

TEST(RestCodec, ReadsHeadersQueryAndPath) {
  http::Request request;
  request.method = "PUT";
  request.path = "/bucket/a%20b";
  request.headers.add("Content-Type", "text/plain");
  request.headers.add("X-Amz-Meta-Owner", "me");
  request.headers.add("x-amz-meta-Owner", "you");
  request.headers.add("Expires", "Tue, 14 Nov 2023 22:13:20 GMT");
  Route route = match_rest_route(*find_service("s3"), request, std::nullopt);
  EXPECT_EQ(
      decode_request(route, request, ""),
      parse(R"({"Bucket": "bucket", "Key": "a b", "ContentType": "text/plain", "Expires": 1.7E9,
                      "Metadata": {"owner": "me,you"}})"));
}

TEST(RestCodec, RefusesNumbersThatAreNone) {
  http::Request request;
  request.method = "GET";
  request.path = "/bucket";
  request.query = "max-keys=many";
  Route route = match_rest_route(*find_service("s3"), request, std::nullopt);
  EXPECT_EQ(code_of([&] { decode_request(route, request, ""); }), "InvalidArgument");
}

TEST(RestCodec, WritesHeadersAndNoBodyForHead) {
  http::Response response = encode_response(
      operation("s3", "HeadObject"),
      parse(
          R"({"ContentLength": 7, "LastModified": 1.7E9, "Metadata": {"a": "b"}, "ETag": "\"e\""})"),
      "r-1");
  EXPECT_EQ(response.head_length, 7u);
  EXPECT_EQ(response.headers.get("Last-Modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(response.headers.get("x-amz-meta-a"), "b");
  EXPECT_EQ(response.headers.get("x-amz-request-id"), "r-1");
  EXPECT_EQ(std::get<std::string>(response.body), "");
  EXPECT_EQ(encode_response(operation("s3", "DeleteObject"), {}, "r-1").status, 204);
}

TEST(ErrorCodec, FollowsTheProtocolAndTheModel) {
  EXPECT_EQ(error_body("sagemaker", AwsError("ResourceInUse", 400, "busy")),
            R"({"__type":"ResourceInUse","Message":"busy"})");
  EXPECT_EQ(error_body("sagemaker", AwsError("ValidationException", 400, "bad")),
            R"({"__type":"ValidationException","message":"bad"})");
  EXPECT_THAT(
      error_body("iam", AwsError("NoSuchEntity", 404, "none")),
      HasSubstr("<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error>"
                "<RequestId>r-1</RequestId>"));
  EXPECT_THAT(
      error_body("s3", AwsError("NoSuchKey", 404, "none")),
      HasSubstr("<Error><Code>NoSuchKey</Code><Message>none</Message><Resource>/b/k</Resource>"
                "<RequestId>r-1</RequestId>"));
  EXPECT_EQ(error_body("s3", AwsError("NotModified", 304, "")), "");
}

}  // namespace
}  // namespace sagebrush::aws
