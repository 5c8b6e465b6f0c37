#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/exit_codes.h"
#include "cli/job_follower.h"
#include "cli/job_lookup.h"
#include "cli/log_reader.h"

namespace sagebrush::cli {
namespace {

int failed_with(const char* reason) {
  return exit_code_of({{"TrainingJobStatus", "Failed"}, {"FailureReason", reason}});
}

TEST(ExitCode, TellsHowTheJobEnded) {
  EXPECT_EQ(exit_code_of({{"TrainingJobStatus", "Completed"}}), kSuccess);
  EXPECT_EQ(exit_code_of({{"TrainingJobStatus", "Stopped"}, {"SecondaryStatus", "Stopped"}}),
            kJobStopped);
  EXPECT_EQ(
      exit_code_of({{"TrainingJobStatus", "Stopped"}, {"SecondaryStatus", "MaxRuntimeExceeded"}}),
      kJobTimedOut);
}

TEST(ExitCode, OfAFailedJobIsItsContainers) {
  EXPECT_EQ(failed_with("AlgorithmError: division by zero, exit code: 3"), 3);
  EXPECT_EQ(failed_with("AlgorithmError: , exit code: 125, stderr: exit"), 125);
  EXPECT_EQ(failed_with("AlgorithmError: exit code: 3\nthe child's exit code: 5"), 3);
  EXPECT_EQ(failed_with("AlgorithmError: child, exit code: 5, exit code: 3"), 3);
}

TEST(ExitCode, IsOneWhereTheContainersOwnSaysNothing) {
  EXPECT_EQ(failed_with("ClientError: No S3 objects found under s3://b/x"), kJobFailed);
  EXPECT_EQ(failed_with("AlgorithmError: killed, exit code: 137"), kJobFailed);
  EXPECT_EQ(failed_with("AlgorithmError: exit code: 0"), kJobFailed);
  EXPECT_EQ(failed_with(""), kJobFailed);
}

TEST(PickName, AnEqualNameGoesBeforeLongerOnes) {
  EXPECT_EQ(pick_name("a", {"ab", "a", "abc"}), "a");
}

TEST(PickName, TakesTheOnlyOneThatStartsSo) {
  EXPECT_EQ(pick_name("ab", {"abc", "xab"}), "abc");
}

TEST(PickName, RefusesNoneAndSeveral) {
  EXPECT_THROW(pick_name("b", {"ab"}), Error);
  try {
    pick_name("a", {"ab", "ac"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "'a' could be 2 training jobs:\n  ab\n  ac");
  }
}

TEST(LogStream, NamesItsHost) {
  EXPECT_EQ(host_of_stream("my-job/algo-2-1700000000"), "algo-2");
  EXPECT_EQ(host_of_stream("my-job/algo-1"), "algo-1");
  EXPECT_EQ(host_of_stream("odd"), "odd");
}

}  // namespace
}  // namespace sagebrush::cli
