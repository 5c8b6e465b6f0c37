#include "container/gpu_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "container/runtime_config.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

TEST(GpuNodes, AreThoseOfTheGpusAndTheDriversOwn) {
  const TemporaryDirectory root;
  fs::create_directories(root.path() / "dev");
  for (const char* name : {"nvidia0", "nvidia1", "nvidia3", "nvidiactl", "nvidia-uvm"}) {
    write_file_atomically(root.path() / "dev" / name, "");
  }
  std::vector<std::string> paths;
  for (const auto& node : gpu_nodes({1, 3}, root.path())) paths.push_back(node.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"/dev/nvidia1", "/dev/nvidia3", "/dev/nvidiactl",
                                             "/dev/nvidia-uvm"}));
  EXPECT_TRUE(gpu_nodes({}, root.path()).empty());
  EXPECT_THROW(gpu_nodes({2}, root.path()), Error);
}

TEST(GpuEnvironment, CountsFromZeroWhatTheContainerSees) {
  EXPECT_EQ(gpu_environment({1, 3}),
            (std::vector<std::string>{"NVIDIA_VISIBLE_DEVICES=1,3", "CUDA_VISIBLE_DEVICES=0,1"}));
  EXPECT_EQ(gpu_environment({}), (std::vector<std::string>{"NVIDIA_VISIBLE_DEVICES=void"}));
}

TEST(RuntimeConfig, AllowsTheDevicesItMakesAndNoOthers) {
  ContainerSpec spec;
  spec.devices = {{"/dev/nvidia0", 195, 0}};
  auto config = runtime_config(spec)["linux"].as_object();
  EXPECT_EQ(boost::json::serialize(config["devices"].at(0).at("path")), "\"/dev/nvidia0\"");
  EXPECT_EQ(config["devices"].at(0).at("major"), 195);
  EXPECT_EQ(boost::json::serialize(config["resources"].at("devices")),
            R"([{"allow":false,"access":"rwm"},)"
            R"({"allow":true,"type":"c","major":195,"minor":0,"access":"rw"}])");
  using testing::IsSupersetOf;
  EXPECT_THAT(bubblewrap_arguments(spec, "/rootfs", 3),
              IsSupersetOf({"--dev-bind", "/dev/nvidia0"}));
}

}  // namespace
}  // namespace sagebrush::container
