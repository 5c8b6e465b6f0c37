#include "service/logs/filter_pattern.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"

namespace sagebrush::service::logs {
namespace {

bool matches(const std::string& pattern, const std::string& message) {
  return FilterPattern::parse(pattern).matches(message);
}

std::string refusal(const std::string& pattern) {
  try {
    FilterPattern::parse(pattern);
  } catch (const aws::AwsError& error) {
    EXPECT_EQ(error.code(), "InvalidParameterException");
    return error.message();
  }
  return "";
}

TEST(FilterPatternTest, AnEmptyPatternMatchesAll) {
  EXPECT_TRUE(FilterPattern::parse("").matches_all());
  EXPECT_TRUE(FilterPattern::parse("  ").matches_all());
  EXPECT_TRUE(matches("", "anything"));
}

TEST(FilterPatternTest, WantsAllTermsInAnyOrderWithCase) {
  EXPECT_TRUE(matches("ERROR disk", "disk ERROR"));
  EXPECT_FALSE(matches("ERROR disk", "ERROR"));
  EXPECT_FALSE(matches("error", "ERROR"));
}

TEST(FilterPatternTest, TakesPhrasesExclusionsAndAlternatives) {
  EXPECT_TRUE(matches(R"("disk is full")", "the disk is full"));
  EXPECT_FALSE(matches(R"("disk is full")", "full disk is"));
  EXPECT_TRUE(matches(R"("say \"x\"")", R"(say "x")"));
  EXPECT_FALSE(matches("ERROR -disk", "ERROR disk"));
  EXPECT_TRUE(matches("ERROR -disk", "ERROR net"));
  EXPECT_FALSE(matches(R"(ERROR -"a disk")", "ERROR a disk"));
  EXPECT_TRUE(matches("?ERROR ?WARN", "WARN x"));
  EXPECT_FALSE(matches("?ERROR ?WARN", "INFO x"));
}

TEST(FilterPatternTest, ComparesMembersOfJsonEvents) {
  const std::string event = R"({"level":"error","n":3,"a":{"b":[{"c":"x1"},null]},"ok":true})";
  EXPECT_TRUE(matches(R"({ $.level = "error" })", event));
  EXPECT_TRUE(matches("{$.level=error}", event));
  EXPECT_TRUE(matches(R"({ $.level = "err*" })", event));
  EXPECT_TRUE(matches(R"({ $.level != "info" })", event));
  EXPECT_FALSE(matches(R"({ $.missing != "info" })", event));
  EXPECT_TRUE(matches("{ $.n >= 3 && $.n < 4 }", event));
  EXPECT_FALSE(matches("{ $.n > 3 }", event));
  EXPECT_TRUE(matches(R"({ $.a.b[0].c = "x?" })", event));
  EXPECT_TRUE(matches("{ $.a.b[1] IS NULL }", event));
  EXPECT_TRUE(matches("{ $.ok IS TRUE }", event));
  EXPECT_FALSE(matches("{ $.ok IS FALSE }", event));
  EXPECT_TRUE(matches("{ $.zzz NOT EXISTS }", event));
  EXPECT_TRUE(matches(R"({ ($.n = 9 || $.n = 3) && $.level = "error" })", event));
  EXPECT_FALSE(matches(R"({ $.n = 9 || $.n = 3 && $.level = "info" })", event));
  EXPECT_FALSE(matches(R"({ $.level = "error" })", "level error"));
  EXPECT_FALSE(matches(R"({ $.level = "error" })", R"({"level":"error")"));
}

TEST(FilterPatternTest, SaysWhatIsBrokenOrNotTaken) {
  EXPECT_NE(refusal("[a, b]").find("not supported"), std::string::npos);
  EXPECT_NE(refusal("%a%").find("not supported"), std::string::npos);
  for (const char* pattern :
       {"\"open", "-", "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1", "{ $.a = 1 } x",
        "{ $.a > \"x\" }", "{ $.a[x] = 1 }", "{ ($.a = 1 }", "{}"}) {
    EXPECT_NE(refusal(pattern), "") << pattern;
  }
  EXPECT_NE(refusal("{" + std::string(1000, '(')), "");
}

}  // namespace
}  // namespace sagebrush::service::logs
