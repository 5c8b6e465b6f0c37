#include "cli/endpoint_choice.h"

#include <gtest/gtest.h>

#include <map>

#include "cli/terminal.h"

namespace sagebrush::cli {
namespace {

Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

const ServerRecord kServer{.url = "http://127.0.0.1:9000",
                           .tls_url = "",
                           .ca_file = "",
                           .region = "eu-west-3",
                           .account = "",
                           .pid = 1,
                           .data_dir = "/data"};

TEST(EndpointChoice, TheFlagGoesBeforeAll) {
  const auto environment =
      environment_of({{"AWS_ENDPOINT_URL", "http://b"}, {"AWS_ENDPOINT_URL_S3", "http://c"}});
  EXPECT_EQ(choose_endpoint("s3", "http://a", "us-east-1", kServer, environment).url, "http://a");
}

TEST(EndpointChoice, AServicesVariableGoesBeforeTheOneOfAll) {
  const auto environment = environment_of({{"AWS_ENDPOINT_URL", "http://b"},
                                           {"AWS_ENDPOINT_URL_S3", "http://c"},
                                           {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://d"}});
  EXPECT_EQ(choose_endpoint("s3", "", "us-east-1", kServer, environment).url, "http://c");
  EXPECT_EQ(choose_endpoint("logs", "", "us-east-1", kServer, environment).url, "http://d");
  const EndpointChoice choice = choose_endpoint("sagemaker", "", "us-east-1", kServer, environment);
  EXPECT_EQ(choice.url, "http://b");
  EXPECT_EQ(choice.source, "AWS_ENDPOINT_URL");
}

TEST(EndpointChoice, VariablesCanBeIgnoredAsWithAws) {
  const auto environment = environment_of(
      {{"AWS_ENDPOINT_URL", "http://b"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}});
  EXPECT_EQ(choose_endpoint("s3", "", "us-east-1", std::nullopt, environment).source, "AWS");
}

TEST(EndpointChoice, ARunningServerGoesBeforeAws) {
  EXPECT_EQ(choose_endpoint("iam", "", "us-east-1", kServer, environment_of({})).url, kServer.url);
}

TEST(EndpointChoice, AwsHasAHostOfEachServiceAndRegion) {
  EXPECT_EQ(choose_endpoint("sagemaker", "", "eu-west-1", std::nullopt, environment_of({})).url,
            "https://api.sagemaker.eu-west-1.amazonaws.com");
  EXPECT_EQ(aws_url("logs", "us-west-2"), "https://logs.us-west-2.amazonaws.com");
  EXPECT_EQ(aws_url("s3", "cn-north-1"), "https://s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(aws_url("iam", "us-west-2"), "https://iam.amazonaws.com");
}

TEST(RegionChoice, GoesFromFlagToVariablesToServerToDefault) {
  EXPECT_EQ(choose_region("a", kServer, environment_of({{"AWS_REGION", "b"}})), "a");
  EXPECT_EQ(choose_region("", kServer,
                          environment_of({{"AWS_REGION", "b"}, {"AWS_DEFAULT_REGION", "c"}})),
            "b");
  EXPECT_EQ(choose_region("", kServer, environment_of({{"AWS_DEFAULT_REGION", "c"}})), "c");
  EXPECT_EQ(choose_region("", kServer, environment_of({})), "eu-west-3");
  EXPECT_EQ(choose_region("", std::nullopt, environment_of({})), "us-east-1");
}

TEST(Colour, FollowsTerminalFlagAndVariables) {
  const auto xterm = environment_of({{"TERM", "xterm"}});
  EXPECT_TRUE(wants_colour(true, false, xterm));
  EXPECT_FALSE(wants_colour(false, false, xterm));
  EXPECT_FALSE(wants_colour(true, true, xterm));
  EXPECT_FALSE(wants_colour(true, false, environment_of({{"TERM", "dumb"}})));
  EXPECT_FALSE(wants_colour(true, false, environment_of({{"TERM", "xterm"}, {"NO_COLOR", "1"}})));
  EXPECT_TRUE(wants_colour(false, false, environment_of({{"CLICOLOR_FORCE", "1"}})));
  EXPECT_FALSE(wants_colour(false, false, environment_of({{"CLICOLOR_FORCE", "0"}})));
  EXPECT_FALSE(
      wants_colour(false, false, environment_of({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}})));
}

}  // namespace
}  // namespace sagebrush::cli
