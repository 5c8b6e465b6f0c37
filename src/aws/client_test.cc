#include "aws/client.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "aws/test_server.h"
#include "base/error.h"

namespace sagebrush::aws {
namespace {

TEST(AwsClientTest, SignsJsonCalls) {
  std::string target;
  TestServer server([&](const http::Request& request, const std::string& body) {
    target = request.headers.get("x-amz-target");
    return TestServer::respond(200, R"({"echo":)" + body + "}");
  });
  AwsClient client = server.client();
  const auto answer =
      client.call("sagemaker", "SageMaker.DescribeTrainingJob", {{"TrainingJobName", "über"}});
  EXPECT_EQ(target, "SageMaker.DescribeTrainingJob");
  EXPECT_EQ(answer.at("echo").at("TrainingJobName").as_string(), "über");
}

TEST(AwsClientTest, SignsQueryCalls) {
  TestServer server([&](const http::Request&, const std::string& body) {
    return TestServer::respond(200, body);
  });
  AwsClient client = server.client();
  EXPECT_EQ(client.call_query("sts", "AssumeRole", "2011-06-15", {{"RoleArn", "arn:a/b c"}}),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aa%2Fb%20c");
}

TEST(AwsClientTest, ThrowsWhatTheServiceAnswers) {
  TestServer server([&](const http::Request&, const std::string&) {
    return TestServer::respond(400, R"({"__type":"ResourceInUse","message":"taken"})");
  });
  AwsClient client = server.client();
  try {
    client.call("sagemaker", "SageMaker.CreateTrainingJob", {});
    FAIL();
  } catch (const AwsError& error) {
    EXPECT_EQ(error.code(), "ResourceInUse");
    EXPECT_EQ(error.message(), "taken");
  }
}

TEST(AwsClientTest, IsRefusedWithAnotherSecret) {
  TestServer server(
      [&](const http::Request&, const std::string&) { return TestServer::respond(200, "{}"); });
  AwsClient client = server.client("us-east-1", {"AKIDTEST", "another", ""});
  try {
    client.call("logs", "Logs_20140328.DescribeLogGroups", {});
    FAIL();
  } catch (const AwsError& error) {
    EXPECT_EQ(error.code(), "InvalidSignatureException");
  }
}

TEST(AwsClientTest, SaysThatNobodyIsThere) {
  std::uint16_t port = 0;
  {
    TestServer server([](const http::Request&, const std::string&) { return http::Response(); });
    port = server.client().endpoint().port;
  }
  AwsClient client({.secure = false, .host = "127.0.0.1", .port = port, .ca_file = ""},
                   kTestCredentials, "us-east-1");
  try {
    client.call("sagemaker", "SageMaker.ListTrainingJobs", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
  }
}

TEST(AwsClientTest, RefusesAnAnswerThatIsNotJson) {
  TestServer server([&](const http::Request&, const std::string&) {
    return TestServer::respond(200, "<html></html>");
  });
  AwsClient client = server.client();
  EXPECT_THROW(client.call("sagemaker", "SageMaker.ListTrainingJobs", {}), Error);
}

}  // namespace
}  // namespace sagebrush::aws
