#include "cli/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::cli {
namespace {

using namespace std::chrono_literals;

TEST(ChildProcess, GivesTheExitCodeAndKeepsItsOutput) {
  const TemporaryDirectory folder;
  ChildProcess child({.arguments = {"sh", "-c", "pwd; echo no >&2; exit 7"},
                      .working_directory = folder.path(),
                      .output_file = folder.path() / "out",
                      .own_session = false});
  EXPECT_EQ(child.wait(), 7);
  EXPECT_EQ(child.poll(), 7);
  EXPECT_EQ(read_file(folder.path() / "out"), folder.path().string() + "\nno\n");
}

TEST(ChildProcess, StopEndsOneThatListensToSigterm) {
  ChildProcess child({.arguments = {"sleep", "1000"},
                      .working_directory = {},
                      .output_file = {},
                      .own_session = true});
  EXPECT_FALSE(child.poll());
  child.stop(10s);
  EXPECT_EQ(child.poll(), 128 + SIGTERM);
}

TEST(ChildProcess, StopKillsOneThatDoesNot) {
  const TemporaryDirectory folder;
  const auto ready = folder.path() / "ready";
  ChildProcess child({.arguments = {"sh", "-c", "trap '' TERM; : > ready; exec sleep 1000"},
                      .working_directory = folder.path(),
                      .output_file = {},
                      .own_session = true});
  while (!std::filesystem::exists(ready)) ASSERT_FALSE(child.poll());
  child.stop(1ms);
  EXPECT_EQ(child.poll(), 128 + SIGKILL);
}

TEST(ChildProcess, AMissingProgramIsNamed) {
  try {
    ChildProcess child({.arguments = {"/no/such/program"},
                        .working_directory = {},
                        .output_file = {},
                        .own_session = false});
    FAIL() << "it was started";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
    EXPECT_NE(std::string(error.what()).find("/no/such/program"), std::string::npos);
  }
}

}  // namespace
}  // namespace sagebrush::cli
