#include "agent_protocol/image_config.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

ImageConfig parse(const char* text) {
  return ImageConfig::of(boost::json::parse(text).as_object());
}

TEST(ImageConfig, TakesWhatIsThereAndLeavesTheRestEmpty) {
  const auto config = parse(R"({"config":{"Entrypoint":["/bin/sh","-c"],"Cmd":null,
      "Env":["PATH=/bin","EMPTY=","NAMELESS","=x"],"WorkingDir":"/app","User":"1000:users",
      "StopSignal":"SIGINT","Labels":{"a":"b"}}})");
  EXPECT_EQ(config.entrypoint, (std::vector<std::string>{"/bin/sh", "-c"}));
  EXPECT_TRUE(config.command.empty());
  EXPECT_EQ(config.environment, (std::vector<std::string>{"PATH=/bin", "EMPTY="}));
  EXPECT_EQ(config.directory, "/app");
  EXPECT_EQ(config.user, "1000:users");
  EXPECT_EQ(config.stop_signal, "SIGINT");
  EXPECT_TRUE(parse("{}").entrypoint.empty());
  EXPECT_TRUE(parse(R"({"config":null})").entrypoint.empty());
}

TEST(ImageConfig, RefusesHostileValuesByName) {
  for (const char* text :
       {R"({"config":[]})", R"({"config":{"Entrypoint":"train"}})", R"({"config":{"Env":[1]}})",
        R"({"config":{"User":0}})", R"({"config":{"Entrypoint":["a\u0000b"]}})",
        R"({"config":{"WorkingDir":"/\u0000"}})"}) {
    EXPECT_THROW(parse(text), Error) << text;
  }
}

}  // namespace
}  // namespace sagebrush::agent_protocol
