#include "agent/stage_inputs.h"

#include <fcntl.h>

#include "agent/input_tree.h"
#include "agent/pipe_plan.h"
#include "base/error.h"
#include "container/beneath.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
using agent_protocol::FolderSource;

void check_channel_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    throw Error(ErrorKind::kInvalid, "\"" + name + "\" is not a channel name");
  }
}

// Looked at here for a clear reason, and again when it is mounted: a job may change what is there.
void require_folder(const FolderSource& folder) {
  std::error_code missing;
  if (fs::is_directory(folder.root, missing) &&
      container::open_beneath(folder.root, folder.path, O_RDONLY | O_DIRECTORY)) {
    return;
  }
  throw Error(ErrorKind::kInvalid,
              "ClientError: Unable to mount file system: " + folder.file_system +
                  ", directory path: " + folder.directory +
                  ". Incorrect mount path: no such folder is there.");
}

}  // namespace

void stage_inputs(const agent_protocol::Inputs& inputs, const container::Workplace& place,
                  ObjectCalls& objects, const Orders& orders) {
  for (const auto& channel : inputs.channels) {
    check_channel_name(channel.name);
    if (channel.folder) {
      require_folder(*channel.folder);
      fs::create_directories(place.ml() / "input/data" / channel.name);
    } else if (!channel.pipe) {
      place_channel(channel, place.root / "channels" / channel.name, objects);
    }
    orders.check();
  }
  prepare_pipes(inputs, place, objects);
}

std::vector<std::string> channels_of_files(const agent_protocol::Inputs& inputs) {
  std::vector<std::string> names;
  for (const auto& channel : inputs.channels) {
    if (!channel.folder && !channel.pipe) names.push_back(channel.name);
  }
  return names;
}

std::vector<container::Mount> file_system_mounts(const agent_protocol::Inputs& inputs,
                                                 const container::Workplace& place) {
  using container::Mount;
  std::vector<Mount> mounts;
  for (const auto& channel : inputs.channels) {
    if (!channel.folder) continue;
    const auto target = place.rootfs() / "opt/ml/input/data" / channel.name;
    Mount mount = channel.folder->writable ? Mount::bind(channel.folder->path, target)
                                           : Mount::bind_read_only(channel.folder->path, target);
    mount.source_root = channel.folder->root;
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

}  // namespace sagebrush::agent
