#include "agent_protocol/messages.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

TEST(ExitRecord, ComesBackWhole) {
  ExitRecord record;
  record.outcome = Outcome::kStopped;
  record.failure_reason = "";
  record.exit_code = 143;
  record.signal = 15;
  record.out_of_memory = true;
  record.peak_memory_bytes = 5'000'000'000;
  record.stop = StopCause::kMaxRuntime;
  record.artifact = "s3://b/j/output/model.tar.gz";
  record.training_started = from_ms(1000);
  record.training_ended = from_ms(2000);
  record.ended = from_ms(3000);

  EXPECT_EQ(to_json(exit_record_from_json(to_json(record))), to_json(record));
}

TEST(ExitRecord, NamesAMissingMember) {
  auto object = to_json(ExitRecord{});
  object.erase("outcome");
  try {
    exit_record_from_json(object);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    EXPECT_STREQ(error.what(), "missing member outcome");
  }
}

TEST(Report, HeartbeatHasNoPhase) {
  EXPECT_FALSE(report_from_json(to_json(Report{})).entered);
  Report entered;
  entered.entered = Phase::kUploading;
  EXPECT_EQ(report_from_json(to_json(entered)).entered, Phase::kUploading);
}

TEST(Inputs, ComeBackWhole) {
  Inputs inputs;
  inputs.channels.push_back(
      {"train", "Gzip", {{"a/b", "bucket", "p/a/b", 5, "etag", "/blob"}}, "{}\n"});
  inputs.checkpoints.push_back({"c", "bucket", "ckpt/c", 1, "e", ""});
  EXPECT_EQ(to_json(inputs_from_json(to_json(inputs))), to_json(inputs));
}

}  // namespace
}  // namespace sagebrush::agent_protocol
