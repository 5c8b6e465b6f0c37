#include "aws/answer_error.h"

#include <gtest/gtest.h>

namespace sagebrush::aws {
namespace {

AwsError read(int status, const std::string& body, const std::string& type = "") {
  http::ClientResponse response;
  response.status = status;
  response.body = body;
  if (!type.empty()) response.headers.add("X-Amzn-ErrorType", type);
  return read_error(response);
}

TEST(AnswerErrorTest, ReadsJson) {
  const AwsError error =
      read(400, R"({"__type":"com.amazonaws.sagemaker#ResourceInUse","Message":"it is there"})");
  EXPECT_EQ(error.code(), "ResourceInUse");
  EXPECT_EQ(error.status(), 400);
  EXPECT_EQ(error.message(), "it is there");
  EXPECT_EQ(read(400, R"({"message":"no"})", "ValidationException:http://x/").code(),
            "ValidationException");
}

TEST(AnswerErrorTest, ReadsXmlOfS3AndOfTheQueryProtocol) {
  const AwsError s3 = read(404,
                           "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code>"
                           "<Message>The bucket isn't there</Message></Error>");
  EXPECT_EQ(s3.code(), "NoSuchBucket");
  EXPECT_EQ(s3.message(), "The bucket isn't there");
  const AwsError sts = read(403,
                            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                            "<Message>no</Message></Error></ErrorResponse>");
  EXPECT_EQ(sts.code(), "AccessDenied");
}

TEST(AnswerErrorTest, NamesTheStatusWhenThereIsNothingElse) {
  EXPECT_EQ(read(404, "").code(), "NotFound");
  EXPECT_EQ(read(403, "").code(), "AccessDenied");
  const AwsError proxy = read(502, "<html>Bad Gateway</html>");
  EXPECT_EQ(proxy.code(), "HTTP 502");
  EXPECT_NE(proxy.message().find("Bad Gateway"), std::string::npos);
  EXPECT_EQ(read(500, "\xff\xfe{").code(), "HTTP 500");
  EXPECT_EQ(read(500, "[1]").code(), "HTTP 500");
}

}  // namespace
}  // namespace sagebrush::aws
