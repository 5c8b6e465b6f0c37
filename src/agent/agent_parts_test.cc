#include <gtest/gtest.h>
#include <sys/resource.h>

#include <optional>

#include "agent/checkpoint_sync.h"
#include "agent/config_files.h"
#include "agent/failure_reason.h"
#include "agent/folder_watch.h"
#include "agent/input_tree.h"
#include "agent/log_shipper.h"
#include "agent/orders.h"
#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent {
namespace {

using namespace agent_protocol;
using container::ContainerExit;

InputFile file(const std::string& path) {
  InputFile out;
  out.path = path;
  out.bucket = "b";
  out.key = "k/" + path;
  return out;
}

TEST(FoldersFor, GivesParentsFirstAndOnce) {
  EXPECT_EQ(folders_for({file("a/b/c"), file("a/d"), file("e")}),
            (std::vector<std::string>{"a", "a/b"}));
}

TEST(FoldersFor, RefusesHostileAndImpossibleNames) {
  for (const auto& path : {std::string("../x"), std::string("/x"), std::string("a//b"),
                           std::string("a/./b"), std::string("a\0b", 3), std::string(256, 'x')}) {
    EXPECT_THROW(folders_for({file(path)}), Error) << path;
  }
  EXPECT_THROW(folders_for({file("a"), file("a/b")}), Error);
  EXPECT_THROW(folders_for({file("a"), file("a")}), Error);
  try {
    folders_for({file("a/b"), file("a")});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "object s3://b/k/a is also the folder of other objects");
  }
}

TEST(FailureReason, PrefersMemoryThenTheFileThenTheSignal) {
  ContainerExit exit;
  exit.exit_code = 137;
  exit.signal = 9;
  EXPECT_EQ(failure_reason(exit, "", {"a", "b"}, 0, "train"),
            "AlgorithmError: killed by SIGKILL, exit code: 137\na\nb");
  EXPECT_EQ(failure_reason(exit, "why\n", {}, 0, "train"), "AlgorithmError: why, exit code: 137");
  exit.killed_from_outside = true;
  EXPECT_EQ(failure_reason(exit, "", {"a"}, 0, "train"),
            "InternalServerError: killed by SIGKILL from outside, exit code: 137\na");
  EXPECT_EQ(failure_reason(exit, "why\n", {}, 0, "train"), "AlgorithmError: why, exit code: 137");
  exit.out_of_memory = true;
  exit.peak_memory_bytes = exit.peak_memory_bytes = 1 << 30;
  EXPECT_EQ(
      failure_reason(exit, "why", {}, 1 << 30, "train"),
      "AlgorithmError: OutOfMemory: the container used 1.0 GiB of its limit of 1.0 GiB and the "
      "kernel killed it, exit code: 137");
}

TEST(FailureReason, CutsTheTextAndKeepsTheCode) {
  ContainerExit exit;
  exit.exit_code = 1;
  std::string umlauts;
  for (int i = 0; i < 2000; ++i) umlauts += "ü";
  const std::string reason = failure_reason(exit, umlauts, {}, 0, "train");
  EXPECT_TRUE(reason.ends_with("ü, exit code: 1"));
  EXPECT_EQ(std::ranges::count_if(reason, [](unsigned char c) { return (c & 0xC0) != 0x80; }),
            1024);
}

TEST(StartFailure, SpeaksAsDockerDoes) {
  EXPECT_EQ(
      start_failure("executable file `train` not found in $PATH: No such file", "train").first,
      "exec: \"train\": executable file not found in $PATH");
  EXPECT_EQ(start_failure("exec container process `/a`: Exec format error", "/a").first,
            "exec /a: exec format error");
  EXPECT_TRUE(start_failure("open executable: Permission denied", "/a").second);
  EXPECT_FALSE(start_failure("cannot set limits", "/a").second);
}

TEST(Orders, LetNobodyTakeItsPeersForEndedBeforeTheServerHasSaidSo) {
  Orders orders("spec.json");
  EXPECT_EQ(orders.now().peers, Peers::kRunning);
  orders.update({});
  EXPECT_EQ(orders.now().peers, Peers::kEnded);
}

TEST(FolderWatch, LooksAgainSoonWhereNoWatchIsLeft) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::optional<FolderWatch> watch;
  EXPECT_NO_THROW(watch.emplace("."));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  watch->wait(-1, 60'000);
  EXPECT_THROW(FolderWatch("/absent"), Error);
}

TEST(PlanSync, WaitsUntilAFileStandsStill) {
  const FolderState empty;
  const FolderState first{{"a", {1, 1}}};
  const FolderState grown{{"a", {2, 2}}};
  EXPECT_TRUE(plan_sync(empty, empty, first, false).upload.empty());
  EXPECT_TRUE(plan_sync(empty, first, grown, false).upload.empty());
  EXPECT_EQ(plan_sync(empty, grown, grown, false).upload, (std::vector<std::string>{"a"}));
  EXPECT_EQ(plan_sync(empty, first, grown, true).upload, (std::vector<std::string>{"a"}));
  EXPECT_TRUE(plan_sync(grown, grown, grown, true).upload.empty());
  EXPECT_EQ(plan_sync(grown, grown, empty, false).remove, (std::vector<std::string>{"a"}));
}

TEST(StoredCheckpoints, AreKeptForTheNextAgent) {
  const TemporaryDirectory folder;
  const auto record = folder.path() / "checkpoints.json";
  EXPECT_TRUE(read_stored(record).empty());
  const FolderState stored{{"a/b", {1, -2}}, {"c", {1ULL << 40, 1'700'000'000'000'000'001}}};
  write_stored(record, stored);
  EXPECT_EQ(read_stored(record), stored);
}

TEST(ToValidUtf8, ReplacesOnlyWhatIsBroken) {
  EXPECT_EQ(to_valid_utf8("gr\xC3\xBC\xC3n\xFF"), "gr\xC3\xBC\xEF\xBF\xBDn\xEF\xBF\xBD");
}

TEST(ConfigFiles, HaveSageMakersShapes) {
  Spec spec;
  spec.host = "algo-1";
  spec.hosts = {{"algo-1", "ml.c4.xlarge", "homogeneousCluster"}};
  spec.instance_type = "ml.c4.xlarge";
  spec.request = boost::json::parse(R"({"InputDataConfig": [{"ChannelName": "training",
      "ContentType": "text/csv", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix"}}}]})")
                     .as_object();
  const auto files = config_files(spec);
  EXPECT_EQ(files.at("hyperparameters.json"), "{}");
  EXPECT_EQ(files.at("metric-definition-regex.json"), "[]");
  EXPECT_EQ(files.at("inputdataconfig.json"),
            R"({"training":{"TrainingInputMode":"File","S3DistributionType":"FullyReplicated",)"
            R"("RecordWrapperType":"None","ContentType":"text/csv"}})");
  EXPECT_EQ(
      files.at("resourceconfig.json"),
      R"({"current_host":"algo-1","current_instance_type":"ml.c4.xlarge",)"
      R"("current_group_name":"homogeneousCluster","hosts":["algo-1"],)"
      R"("instance_groups":[{"instance_group_name":"homogeneousCluster",)"
      R"("instance_type":"ml.c4.xlarge","hosts":["algo-1"]}],"network_interface_name":"eth0"})");
  EXPECT_FALSE(files.contains("checkpointconfig.json"));
}

TEST(ConfigFiles, ShowEachHostItsGroupAndItsChannels) {
  Spec spec;
  spec.host = "algo-10";
  spec.hosts = {{"algo-1", "ml.c5.large", "data"}};
  for (const char* name : {"algo-2", "algo-10"}) {
    spec.hosts.push_back({name, "ml.g5.xlarge", "train"});
  }
  spec.instance_type = "ml.g5.xlarge";
  const auto channel = [](const char* name, const char* group) {
    return boost::json::object{
        {"ChannelName", name},
        {"DataSource", {{"S3DataSource", {{"InstanceGroupNames", {group}}}}}}};
  };
  spec.request = {{"InputDataConfig", {channel("raw", "data"), channel("ready", "train")}}};
  const auto files = config_files(spec);
  const auto channels = boost::json::parse(files.at("inputdataconfig.json")).as_object();
  EXPECT_FALSE(channels.contains("raw"));
  EXPECT_TRUE(channels.contains("ready"));
  const auto config = boost::json::parse(files.at("resourceconfig.json"));
  EXPECT_EQ(config.at("current_group_name"), "train");
  EXPECT_EQ(config.at("hosts"), boost::json::parse(R"(["algo-1","algo-10","algo-2"])"));
  EXPECT_EQ(config.at("instance_groups").at(0).at("hosts"), boost::json::parse(R"(["algo-1"])"));
}

TEST(CheckpointPath, DropsATrailingSlash) {
  Spec spec;
  EXPECT_EQ(checkpoint_path(spec), "/opt/ml/checkpoints");
  spec.request = {{"CheckpointConfig", {{"LocalPath", "/opt/ml/x/"}}}};
  EXPECT_EQ(checkpoint_path(spec), "/opt/ml/x");
}

}  // namespace
}  // namespace sagebrush::agent
