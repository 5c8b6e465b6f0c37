#include "container/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "container/host_rootfs.h"
#include "container/runtime_config.h"

namespace sagebrush::container {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;

Machine machine() {
  return {true, true, CgroupLayout::kHybrid, "/usr/bin/crun", "/usr/sbin/runc", "/usr/bin/bwrap"};
}

TEST(ChooseRuntime, TakesCrunFirstAndHidesTheUnifiedTree) {
  const auto runtime = choose_runtime("auto", machine());
  EXPECT_EQ(runtime.kind, RuntimeKind::kCrun);
  EXPECT_TRUE(runtime.hide_unified);
}

TEST(ChooseRuntime, FallsBackByWhatIsThere) {
  Machine here = machine();
  here.crun.clear();
  EXPECT_EQ(choose_runtime("auto", here).kind, RuntimeKind::kRunc);
  here = machine();
  here.root = false;
  EXPECT_EQ(choose_runtime("auto", here).kind, RuntimeKind::kBubblewrap);
  EXPECT_TRUE(choose_runtime("auto", here).rootless);
  EXPECT_THROW(choose_runtime("runc", here), Error);
  EXPECT_THROW(choose_runtime("auto", Machine{}), Error);
  EXPECT_THROW(choose_runtime("docker", machine()), Error);
}

TEST(RuntimeWarnings, TellOldRunc) {
  Runtime runc{RuntimeKind::kRunc, "/usr/sbin/runc", "1.1.5+ds1", false, false};
  EXPECT_EQ(runtime_warnings(runc).size(), 1U);
  runc.version = "1.2.8";
  EXPECT_TRUE(runtime_warnings(runc).empty());
  runc.version = "1.10.0";
  EXPECT_TRUE(runtime_warnings(runc).empty());
}

TEST(ParseVersion, TakesTheFirstNumber) {
  EXPECT_EQ(parse_version("runc version 1.1.5+ds1\ncommit: 2"), "1.1.5+ds1");
  EXPECT_EQ(parse_version("bubblewrap 0.8.0\n"), "0.8.0");
  EXPECT_EQ(parse_version(""), "");
}

TEST(RuntimeConfig, SetsLimitsAndKeepsFewRights) {
  ContainerSpec spec;
  spec.arguments = {"train"};
  spec.cpus = 2;
  spec.memory_bytes = 1000;
  spec.cgroup_path = "/sagebrush/j/algo-1";
  auto config = runtime_config(spec);
  const auto& resources = config["linux"].as_object()["resources"].as_object();
  EXPECT_EQ(boost::json::serialize(resources.at("memory")), R"({"limit":1000,"swap":1000})");
  EXPECT_EQ(boost::json::serialize(resources.at("cpu")), R"({"quota":200000,"period":100000})");
  auto& process = config["process"].as_object();
  EXPECT_EQ(process["noNewPrivileges"], true);
  const std::string rights = boost::json::serialize(process["capabilities"]);
  EXPECT_EQ(rights.find("SYS_ADMIN"), std::string::npos);
  EXPECT_EQ(rights.find("NET_RAW"), std::string::npos);
  spec.cpu_set = {1, 3};
  config = runtime_config(spec);
  EXPECT_EQ(boost::json::serialize(config["linux"].as_object()["resources"].as_object()["cpu"]),
            R"({"cpus":"1,3"})");
}

TEST(BubblewrapArguments, KeepValuesWithEqualsSignsWhole) {
  ContainerSpec spec;
  spec.arguments = {"train", "--x"};
  spec.environment = {"A=b=c"};
  const auto words = bubblewrap_arguments(spec, "/rootfs", 3);
  EXPECT_THAT(words, IsSupersetOf({"--setenv", "A", "b=c", "--as-pid-1"}));
  EXPECT_EQ(words.back(), "--x");
}

TEST(EtcIsShown, IsAnAllowList) {
  EXPECT_TRUE(etc_is_shown("ld.so.cache"));
  EXPECT_TRUE(etc_is_shown("python3.11"));
  for (const char* name :
       {"shadow", "sudoers", "ssh", "sagebrush", "pip.conf", "passwd", "cron.d"}) {
    EXPECT_FALSE(etc_is_shown(name)) << name;
  }
}

TEST(MakeMountPoint, RefusesTheSystemsOwnFolders) {
  const TemporaryDirectory folder;
  const Workplace place{folder.path()};
  std::filesystem::create_directories(place.rootfs() / "usr");
  std::filesystem::create_directories(place.rootfs() / "tmp");
  std::filesystem::create_directory_symlink("/etc", place.rootfs() / "link");
  try {
    make_mount_point(place, "usr/x");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "/usr/x can't be used, as the system has /usr: choose a folder below /opt/ml, "
                 "/home, /mnt, /root, /srv or /tmp, or one that starts with a name that / does not "
                 "have yet");
  }
  for (const char* free : {"home", "mnt", "root", "srv"}) {
    EXPECT_NO_THROW(make_mount_point(place, std::filesystem::path(free) / "x")) << free;
  }
  EXPECT_THROW(make_mount_point(place, "link/x"), Error);
  EXPECT_THROW(make_mount_point(place, ""), Error);
  EXPECT_TRUE(std::filesystem::is_directory(make_mount_point(place, "tmp/checkpoints")));
  EXPECT_TRUE(std::filesystem::is_directory(make_mount_point(place, "checkpoints")));
}

TEST(Cgroup, ReadsBothLayouts) {
  const TemporaryDirectory one;
  std::filesystem::create_directories(one.path() / "memory/s/j/h");
  write_file_atomically(one.path() / "memory/s/j/h/memory.oom_control",
                        "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  write_file_atomically(one.path() / "memory/s/j/h/memory.max_usage_in_bytes", "4096\n");
  EXPECT_EQ(Cgroup::layout(one.path()), CgroupLayout::kV1);
  EXPECT_EQ(Cgroup("/s/j/h", one.path()).memory().oom_kills, 2U);
  EXPECT_EQ(Cgroup("/s/j/h", one.path()).memory().peak_bytes, 4096U);
  const TemporaryDirectory two;
  std::filesystem::create_directories(two.path() / "s/j/h");
  write_file_atomically(two.path() / "cgroup.controllers", "memory\n");
  write_file_atomically(two.path() / "s/j/h/memory.events", "low 0\noom 1\noom_kill 1\n");
  EXPECT_EQ(Cgroup::layout(two.path()), CgroupLayout::kV2);
  EXPECT_EQ(Cgroup("/s/j/h", two.path()).memory().oom_kills, 1U);
}

}  // namespace
}  // namespace sagebrush::container
