#include "cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "cli/exit_codes.h"

namespace sagebrush::cli {
namespace {

using testing::HasSubstr;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run_words(std::vector<std::string> words) {
  words.insert(words.begin(), "sagebrush");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run(static_cast<int>(words.size()), argv.data());
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Run, PrintsItsVersion) {
  const Outcome outcome = run_words({"version"});
  EXPECT_EQ(outcome.code, kSuccess);
  EXPECT_THAT(outcome.out, testing::StartsWith("sagebrush "));
}

TEST(Run, HelpListsEveryCommand) {
  const Outcome outcome = run_words({"--help"});
  EXPECT_EQ(outcome.code, kSuccess);
  for (const char* command : {"demo", "serve", "env", "data", "train", "jobs", "logs", "version"}) {
    EXPECT_THAT(outcome.out, HasSubstr(std::string("\n  ") + command));
  }
}

TEST(Run, WrongUsageIs252) {
  EXPECT_EQ(run_words({}).code, kUsage);
  EXPECT_EQ(run_words({"fly"}).code, kUsage);
  EXPECT_EQ(run_words({"jobs", "stop"}).code, kUsage);
  EXPECT_EQ(run_words({"train", "--count", "0"}).code, kUsage);
  EXPECT_EQ(run_words({"train", "--wait", "--detach"}).code, kUsage);
  EXPECT_EQ(run_words({"version", "--output", "xml"}).code, kUsage);
}

TEST(Run, MistakesInValuesAreFoundBeforeAnyCall) {
  const Outcome pair =
      run_words({"train", "--endpoint-url", "http://127.0.0.1:1", "--input", "train"});
  EXPECT_EQ(pair.code, kUsage);
  EXPECT_THAT(pair.err, HasSubstr("--input 'train'"));
  const Outcome uri = run_words({"data", "upload", "/etc/hostname", "bucket/key"});
  EXPECT_EQ(uri.code, kUsage);
  EXPECT_THAT(uri.err, HasSubstr("s3://bucket/prefix"));
}

TEST(Run, FlagsOfAllCommandsMayStandAnywhere) {
  EXPECT_EQ(run_words({"--quiet", "version"}).code, kSuccess);
  EXPECT_EQ(run_words({"version", "--quiet"}).code, kSuccess);
}

}  // namespace
}  // namespace sagebrush::cli
