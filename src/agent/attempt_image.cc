// The part of an attempt that is about an image of the registry.
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "agent/attempt.h"
#include "agent/config_files.h"
#include "agent/mpi_launcher.h"
#include "agent/stage_inputs.h"
#include "agent/stop_signal.h"
#include "agent_protocol/image_config.h"
#include "base/error.h"
#include "base/text.h"
#include "container/image_rootfs.h"
#include "container/image_user.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
using namespace agent_protocol;

constexpr std::size_t kLongestPasswd = 1 << 20;

void give_one(const fs::path& path, const container::ImageUser& user) {
  if (::lchown(path.c_str(), user.uid, user.gid) != 0) throw_errno("chown " + path.string());
}

// An image's user has to write the model, checkpoints and output.
void give(const fs::path& tree, const container::ImageUser& user) {
  give_one(tree, user);
  for (const auto& entry : fs::recursive_directory_iterator(tree)) give_one(entry.path(), user);
}

// The folders of a channel, in which new files go to the job's own layer. Its files are the store's
// too: they stay whose they are, and are readable.
void give_channel(const container::Mount& mount, const container::ImageUser& user) {
  give_one(mount.source, user);
  give_one(mount.upper, user);  // shown as the channel's own folder
  for (const auto& entry : fs::recursive_directory_iterator(mount.source)) {
    if (entry.is_directory() && !entry.is_symlink()) give_one(entry.path(), user);
  }
}

}  // namespace

int stop_signal(const Spec& spec) {
  if (!spec.image.registry) return SIGTERM;
  const std::string name = ImageConfig::of(spec.image.registry->config).stop_signal;
  const std::string shortened = name.starts_with("SIG") ? name.substr(3) : name;
  const auto number = parse_unsigned(shortened);
  for (int signal = 1; signal < NSIG; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if ((known && shortened == known) || (number && static_cast<int>(*number) == signal)) {
      return signal;
    }
  }
  return SIGTERM;
}

void Attempt::start_image() {
  stage_ = "Data download failed";
  image_.emplace(folder_, *spec_.image.registry, orders_);
}

void Attempt::await_image() {
  if (!image_->ready()) heartbeat_->enter(Phase::kImage, "Downloading the training image");
  stage_ = "The training image " + spec_.image.reference + " cannot be used";
  image_->wait();
}

container::LayerStack Attempt::image_layers() const {
  auto roots = image_->roots();
  if (roots.empty()) throw Error(ErrorKind::kInvalid, "it has no layers");
  return container::LayerStack(std::move(roots));
}

std::vector<container::Mount> Attempt::use_image(const Inputs& inputs,
                                                 const container::LayerStack& layers,
                                                 const ScriptPlan* script,
                                                 container::ContainerSpec& spec) const {
  const auto config = ImageConfig::of(spec_.image.registry->config);
  const auto user = container::image_user(config.user, layers.read("etc/passwd", kLongestPasswd),
                                          layers.read("etc/group", kLongestPasswd));
  spec.uid = user.uid;
  spec.gid = user.gid;
  spec.groups = user.groups;
  spec.capabilities = container::image_capabilities();
  if (!config.directory.empty())
    spec.directory = fs::path("/" + config.directory).lexically_normal();
  const bool says_home = std::ranges::any_of(
      config.environment, [](const std::string& one) { return one.starts_with("HOME="); });
  if (!says_home)
    std::ranges::replace(spec.environment, std::string("HOME=/root"), "HOME=" + user.home);

  container::ImageRootfs rootfs{.hostname = spec_.host,
                                .channels = {},
                                .directory = spec.directory,
                                .folders = {},
                                .hosts_file = container::hosts_file(host_network().hosts)};
  rootfs.channels = channels_of_files(inputs);
  if (checkpoint_below_.empty()) {
    rootfs.folders.push_back({checkpoint_root_, checkpoint_path(spec_).relative_path()});
  }
  if (script && !script->baked.empty()) {
    rootfs.code = script->baked;
    if (script->entry == EntryPoint::kCommand) {
      rootfs.program = (script->baked / script->job.program).lexically_normal();
    }
  }
  if (script && !script->mpirun.empty()) {
    rootfs.folders.push_back({programs_folder(), fs::path(kProgramsFolder).relative_path(), true});
  }
  if (script && script->packages) {
    rootfs.folders.push_back({package_install(*script->packages).environment(),
                              fs::path(kEnvironmentFolder).relative_path(), true});
  }
  auto mounts = container::build_image_rootfs(rootfs, layers, place_);
  std::ranges::move(file_system_mounts(inputs, place_), std::back_inserter(mounts));
  const bool gives = ::geteuid() == 0 && (user.uid != 0 || user.gid != 0) &&
                     runtime_.kind != container::RuntimeKind::kBubblewrap;
  if (gives) {
    give(place_.ml(), user);
    if (checkpoint_below_.empty()) give(checkpoint_root_, user);
    for (const auto& mount : mounts) {
      if (mount.source.parent_path() == place_.root / "channels") give_channel(mount, user);
    }
  }
  return mounts;
}

}  // namespace sagebrush::agent
