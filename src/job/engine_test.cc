#include "job/engine.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "store/database.h"
#include "store/dropped_table.h"
#include "store/identities.h"
#include "store/jobs.h"
#include "store/logs.h"
#include "store/metrics.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::AttemptFolder;
using agent_protocol::ExitRecord;
using agent_protocol::Outcome;

// Its agents live until the test ends them.
class FakeExecutor : public Executor {
 public:
  void start(const AttemptFolder& folder) override { living.insert(folder.root); }
  bool alive(const AttemptFolder& folder) override {
    if (look) look(folder);
    return living.contains(folder.root);
  }
  void end(const AttemptFolder& folder) override { living.erase(folder.root); }

  std::set<std::filesystem::path> living;
  std::function<void(const AttemptFolder&)> look;  // called at each look at an agent
};

// An engine with room for one ml.m5.large, whose steps the test takes.
class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    store::Role role;
    role.name = "role";
    role.path = "/";
    role.trust_policy = "{}";
    role_ = identities_.create_role(role).arn;
    restart();
  }

  void restart() {
    engine_.reset();
    engine_ = std::make_unique<Engine>(
        EngineSettings{.data = folder_.path(),
                       .capacity = {.cpus = 2, .memory_bytes = 8ULL << 30, .gpus = 0},
                       .cpus = {0, 1},
                       .gpus = {},
                       .spec = {}},
        rows_, identities_, logs_, metrics_, source_, executor_, ImageTable{}, ImageSource{},
        clock_);
  }

  void create(const std::string& name, int keep_alive_s = 0, int retries = 0, int volume_gb = 1) {
    TrainingJob job;
    job.name = name;
    job.request = {{"RoleArn", role_},
                   {"AlgorithmSpecification", {{"TrainingImage", "sagebrush/host"}}},
                   {"CheckpointConfig", {{"S3Uri", "s3://gone"}}},
                   {"OutputDataConfig", {{"S3OutputPath", "s3://b"}}},
                   {"RetryStrategy", {{"MaximumRetryAttempts", retries}}},
                   {"ResourceConfig",
                    {{"InstanceType", "ml.m5.large"},
                     {"InstanceCount", 1},
                     {"VolumeSizeInGB", volume_gb},
                     {"KeepAlivePeriodInSeconds", keep_alive_s}}}};
    engine_->create(job);
  }

  TrainingJob job(const std::string& name) { return engine_->find(name).value(); }
  bool runs(const std::string& name) { return job(name).attempt.has_value(); }

  // The job's agent sends its exit record and leaves.
  void end(const std::string& name, Outcome outcome, bool infrastructure = false) {
    const TrainingJob ending = job(name);
    ExitRecord record;
    record.outcome = outcome;
    record.infrastructure = infrastructure;
    record.ended = clock_.now();
    engine_->desk().exit({.job_id = ending.id,
                          .attempt = ending.attempt->number,
                          .host = "algo-1",
                          .token = ending.attempt->token},
                         record);
    executor_.living.clear();
  }

  TemporaryDirectory folder_;
  store::Database database_{"sqlite://" + (folder_.path() / "db").string()};
  FakeClock clock_{from_ms(1'700'000'000'000)};
  store::Jobs rows_{database_};
  store::Identities identities_{database_, "123456789012", clock_};
  store::Logs logs_{database_, folder_.path() / "logs", clock_};
  store::Metrics metrics_{database_, folder_.path() / "metrics", clock_};
  FakeExecutor executor_;
  std::string role_;
  ObjectSource source_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, AnAttemptInTheSameSecondHasALogStreamOfItsOwn) {
  create("mnist", 0, 1);
  engine_->step();
  const std::string first = job("mnist").attempt->log_stream_suffix;
  end("mnist", Outcome::kFailed, true);
  engine_->step();
  ASSERT_TRUE(runs("mnist"));
  const std::string second = job("mnist").attempt->log_stream_suffix;
  EXPECT_EQ(first, "1700000000");
  EXPECT_NE(second, first);

  // A job's logs outlive its record.
  end("mnist", Outcome::kCompleted);
  engine_->step();
  engine_->remove("mnist");
  create("mnist");
  engine_->step();
  EXPECT_NE(job("mnist").attempt->log_stream_suffix, first);
  EXPECT_NE(job("mnist").attempt->log_stream_suffix, second);
}

TEST_F(EngineTest, APoolThatCantBeStoredHoldsUpNothing) {
  create("warm", 60);
  engine_->step();
  end("warm", Outcome::kCompleted);
  create("next");
  store::drop_table(database_, "warm_pools");
  engine_->step();
  EXPECT_TRUE(runs("next"));
}

TEST_F(EngineTest, WhatGoesWrongWithOneAgentIsNotTheOthers) {
  create("broken");
  engine_->step();
  executor_.look = [](const AttemptFolder& folder) {
    throw std::filesystem::filesystem_error("look", folder.root,
                                            std::error_code(5, std::generic_category()));
  };
  engine_->order_stop("broken");
  EXPECT_NO_THROW(engine_->step());
}

TEST_F(EngineTest, TheRoomOfAJobThatEndsDuringAStepIsItsPools) {
  create("warm", 60);
  engine_->step();
  ASSERT_TRUE(runs("warm"));
  create("cold", 0, 0, 2);
  executor_.look = [&](const AttemptFolder&) {
    executor_.look = nullptr;
    end("warm", Outcome::kCompleted);
  };
  engine_->step();
  engine_->step();
  EXPECT_FALSE(runs("cold"));
  EXPECT_EQ(engine_->warm_pool(job("warm"))->status, "Available");
}

TEST_F(EngineTest, APoolIsTakenOverInOneWriteWithTheAttempt) {
  create("warm", 60);
  engine_->step();
  end("warm", Outcome::kCompleted);
  engine_->step();
  create("next", 60);
  engine_->step();
  EXPECT_TRUE(runs("next"));
  EXPECT_EQ(engine_->warm_pool(job("warm"))->reused_by, "next");
  restart();
  EXPECT_EQ(engine_->warm_pool(job("warm"))->status, "Reused");
}

TEST_F(EngineTest, APoolThatCantBeClosedIsNotTakenOver) {
  create("warm", 60);
  engine_->step();
  end("warm", Outcome::kCompleted);
  engine_->step();
  create("next", 60);
  store::drop_table(database_, "warm_pools");
  engine_->step();
  EXPECT_FALSE(runs("next"));
}

ObjectSource source_without_buckets() {
  ObjectSource source;
  source.list = [](const std::string& bucket, const std::string&) -> std::vector<ListedObject> {
    throw Error(ErrorKind::kNotFound, "s3://" + bucket + "/ is not there");
  };
  return source;
}

TEST(Checked, AnArtifactWhoseBucketIsGoneIsNotThere) {
  ExitRecord record;
  record.outcome = Outcome::kCompleted;
  record.artifact = "s3://gone/model.tar.gz";
  EXPECT_EQ(checked(record, source_without_buckets()).outcome, Outcome::kFailed);
}

TEST_F(EngineTest, CheckpointsWhoseBucketIsGoneAreTheUsersFault) {
  source_ = source_without_buckets();
  restart();
  create("mnist");
  engine_->step();
  const TrainingJob running = job("mnist");
  try {
    engine_->desk().inputs(
        {.job_id = running.id, .attempt = 1, .host = "algo-1", .token = running.attempt->token});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    EXPECT_STREQ(error.what(), "s3://gone/ is not there");
  }
}

}  // namespace
}  // namespace sagebrush::job
