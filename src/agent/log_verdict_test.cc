#include "agent/log_verdict.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/file.h"
#include "container/frame_log.h"

namespace sagebrush::agent {
namespace {

using agent_protocol::LogRule;

class LogRules : public ::testing::Test {
 protected:
  void write(std::initializer_list<const char*> lines) {
    std::string frames;
    for (const char* line : lines) {
      container::append_frame(frames, now(), container::Stream::kStdout, line);
    }
    std::ofstream(log()) << frames;
  }
  std::filesystem::path log() const { return folder_.path() / "output.log"; }
  TemporaryDirectory folder_;
};

TEST_F(LogRules, CountInTheirOwnOrderWhereverTheLineStands) {
  const std::vector<LogRule> rules{{"first.*rule", "a", {}}, {"second", "b", {}}};
  write({"a second thing", "then the first great rule"});
  EXPECT_EQ(find_log_rule(rules, log())->cause, "a");
  write({"a second thing", "and bytes \xff\xfe"});
  EXPECT_EQ(find_log_rule(rules, log())->cause, "b");
  write({"nothing"});
  EXPECT_FALSE(find_log_rule(rules, log()));
}

TEST_F(LogRules, PassOverWhatIsNoPattern) {
  write({"second"});
  EXPECT_EQ(find_log_rule({{"(", "a", {}}, {"second", "b", {}}}, log())->cause, "b");
}

TEST(LogRule, NamesTheCauseBehindTheKindOfError) {
  agent_protocol::ExitRecord record;
  record.failure_reason = "AlgorithmError: RuntimeError, exit code: 1";
  apply({"", "CUDA out of memory", false}, record);
  EXPECT_EQ(record.failure_reason,
            "AlgorithmError: CUDA out of memory: RuntimeError, exit code: 1");
  EXPECT_FALSE(record.infrastructure);
  apply({"", "", true}, record);
  EXPECT_TRUE(record.infrastructure);
}

}  // namespace
}  // namespace sagebrush::agent
