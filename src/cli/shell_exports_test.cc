#include "cli/shell_exports.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace sagebrush::cli {
namespace {

TEST(ShellQuote, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quote("http://127.0.0.1:9000"), "http://127.0.0.1:9000");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("$(rm)"), "'$(rm)'");
  EXPECT_EQ(shell_quote(""), "''");
}

TEST(ShellExports, NameEndpointKeysAndRegion) {
  const ServerRecord server{.url = "http://127.0.0.1:9000",
                            .tls_url = "",
                            .ca_file = "",
                            .region = "us-east-1",
                            .account = "",
                            .pid = 1,
                            .data_dir = ""};
  EXPECT_EQ(shell_exports(server, {"AKIA1", "se/cr+et", ""}),
            "export AWS_ENDPOINT_URL=http://127.0.0.1:9000\n"
            "export AWS_ACCESS_KEY_ID=AKIA1\n"
            "export AWS_SECRET_ACCESS_KEY=se/cr+et\n"
            "export AWS_DEFAULT_REGION=us-east-1\n"
            "export AWS_REGION=us-east-1\n");
}

TEST(SdkEndpoints, PutStsOfEveryRegionAtTheServer) {
  const auto document = boost::json::parse(sdk_endpoints_json("https://127.0.0.1:9443"));
  const auto& partition = document.at("partitions").at(0);
  const auto& sts = partition.at("services").at("sts").at("endpoints").as_object();
  EXPECT_EQ(sts.size(), partition.at("regions").as_object().size());
  for (const auto& item : sts) EXPECT_EQ(item.value().at("hostname").as_string(), "127.0.0.1:9443");
}

}  // namespace
}  // namespace sagebrush::cli
