#include "container/gpu_cdi.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "container/runtime_config.h"

namespace sagebrush::container {
namespace {

namespace json = boost::json;

// Shortened from what nvidia-ctk writes for two GPUs.
constexpr const char* kSpecification = R"(---
cdiVersion: 0.5.0
kind: nvidia.com/gpu
devices:
- name: "0"
  containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
      major: 195
      minor: 0
- name: "1"
  containerEdits:
    deviceNodes:
    - path: /dev/nvidia1
      hostPath: /dev/null
- name: all
  containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
    - path: /dev/nvidia1
containerEdits:
  env:
  - NVIDIA_VISIBLE_DEVICES=void
  deviceNodes:
  - path: /dev/nvidiactl
    major: 195
    minor: 255
  mounts:
  - hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.535.1
    containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.535.1
    options: [ro, nosuid, nodev, rbind]
  hooks:
  - hookName: createContainer
    path: /usr/bin/nvidia-cdi-hook
    args: [nvidia-cdi-hook, update-ldcache, --folder, /usr/lib/x86_64-linux-gnu]
)";

class GpuCdi : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) const {
    write_file_atomically(folder.path() / name, text);
  }
  std::optional<DeviceEdits> edits(const std::vector<int>& gpus) const {
    return cdi_edits(gpus, {folder.path() / "absent", folder.path()});
  }
  const TemporaryDirectory folder;
};

TEST_F(GpuCdi, GivesTheGpusNodesAndWhatTheyShareOnce) {
  write("nvidia.yaml", kSpecification);
  const auto found = edits({0, 1});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->nodes.size(), 3U);
  EXPECT_EQ(found->nodes[0].path, "/dev/nvidia0");
  EXPECT_EQ(found->nodes[0].major, 195U);
  EXPECT_EQ(found->nodes[1].path, "/dev/nvidia1");
  EXPECT_EQ(found->nodes[1].major, 1U) << "of the machine's node, /dev/null";
  EXPECT_EQ(found->nodes[1].minor, 3U);
  EXPECT_EQ(found->nodes[2].path, "/dev/nvidiactl");
  EXPECT_EQ(found->mounts.size(), 1U);
  EXPECT_EQ(found->hooks.at("createContainer").as_array().size(), 1U);
}

TEST_F(GpuCdi, GoesIntoTheContainersConfiguration) {
  write("nvidia.yaml", kSpecification);
  ContainerSpec spec;
  const auto found = edits({0}).value();
  spec.mounts = found.mounts;
  spec.hooks = found.hooks;
  const json::object config = runtime_config(spec);
  const json::object& mount = config.at("mounts").as_array().back().as_object();
  EXPECT_EQ(mount.at("destination"), "/usr/lib/x86_64-linux-gnu/libcuda.so.535.1");
  EXPECT_EQ(json::serialize(mount.at("options")), R"(["ro","nosuid","nodev","rbind"])");
  const json::object& hook = config.at("hooks").at("createContainer").at(0).as_object();
  EXPECT_EQ(hook.at("path"), "/usr/bin/nvidia-cdi-hook");
  EXPECT_EQ(hook.at("args").at(1), "update-ldcache");
}

TEST_F(GpuCdi, ReadsJsonAndLeavesOtherKindsAlone) {
  write("other.json", R"({"cdiVersion": "0.6.0", "kind": "example.com/fpga", "devices": []})");
  EXPECT_FALSE(edits({0}));
  write("nvidia.json", R"({"cdiVersion": "0.6.0", "kind": "nvidia.com/gpu",
    "devices": [{"name": "0", "containerEdits": {"env": ["A=b"]}}]})");
  EXPECT_EQ(edits({0})->environment, (std::vector<std::string>{"A=b"}));
}

TEST_F(GpuCdi, SaysWhatIsMissingOrBroken) {
  EXPECT_FALSE(edits({0}));
  write("nvidia.yaml", kSpecification);
  EXPECT_FALSE(edits({}));
  EXPECT_THROW(edits({7}), Error);
  write("broken.yaml", "kind: [");
  try {
    edits({0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    EXPECT_NE(std::string(error.what()).find("broken.yaml"), std::string::npos);
  }
}

}  // namespace
}  // namespace sagebrush::container
