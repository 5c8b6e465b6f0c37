#include "service/logs/log_group.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"

namespace sagebrush::service::logs {
namespace {

TEST(LogGroup, IsNamedEitherWay) {
  EXPECT_EQ(log_group_of("/aws/a", std::nullopt), "/aws/a");
  EXPECT_EQ(log_group_of(std::nullopt, "/aws/a"), "/aws/a");
  const std::string arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/a";
  EXPECT_EQ(log_group_of(std::nullopt, arn), "/aws/a");
}

TEST(LogGroup, IsNamedOnce) {
  EXPECT_THROW(log_group_of(std::nullopt, std::nullopt), aws::AwsError);
  EXPECT_THROW(log_group_of("a", "a"), aws::AwsError);
  EXPECT_THROW(log_group_of(std::nullopt, "arn:aws:s3:::bucket"), aws::AwsError);
  EXPECT_THROW(log_group_of(std::nullopt, "arn:aws:logs:us-east-1:0:log-group:a:*"), aws::AwsError);
}

}  // namespace
}  // namespace sagebrush::service::logs
