#include "server/options.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::server {
namespace {

std::optional<Options> read(std::vector<std::string> words) {
  words.insert(words.begin(), "serve");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  return read_options(static_cast<int>(argv.size()), argv.data());
}

std::string refusal(std::vector<std::string> words) {
  try {
    read(std::move(words));
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    return error.what();
  }
}

TEST(Address, TakesV4V6AndNames) {
  EXPECT_EQ(parse_address("127.0.0.1:9000").port, 9000);
  EXPECT_EQ(parse_address("[::1]:80").host, "::1");
  EXPECT_THROW(parse_address("9000"), Error);
  EXPECT_THROW(parse_address(":9000"), Error);
  EXPECT_THROW(parse_address("host:70000"), Error);
}

TEST(Options, RefusePlainHttpBeyondLoopback) {
  EXPECT_NE(refusal({"--listen", "0.0.0.0:9000"}).find("--tls-listen 0.0.0.0:9443"),
            std::string::npos);
  EXPECT_TRUE(read({"--listen", "127.0.0.1:0", "--tls-listen", "0.0.0.0:9443"}));
}

TEST(Options, CommandLineGoesBeforeTheFile) {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "sagebrush.yaml";
  write_file_atomically(file,
                        "listen: 127.0.0.1:1\nregion: eu-west-1\nimage_aliases:\n  mine: host\n");
  const auto options = read({"--config", file.string(), "--listen", "127.0.0.1:2"});
  EXPECT_EQ(options->listen.port, 2);
  EXPECT_EQ(options->region, "eu-west-1");
  EXPECT_EQ(options->image_aliases, "mine,host\n");
}

TEST(Options, NameAnUnknownSetting) {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "sagebrush.yaml";
  write_file_atomically(file, "lisen: x\n");
  EXPECT_NE(refusal({"--config", file.string()}).find("unknown setting 'lisen'"),
            std::string::npos);
}

}  // namespace
}  // namespace sagebrush::server
