#include "agent/checkpoint_sync.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "container/beneath.h"

namespace sagebrush::agent {

namespace fs = std::filesystem;

namespace {

void look_into(const fs::path& root, const fs::path& base, const fs::path& below,
               FolderState& state) {
  const File folder = container::open_beneath(root, base / below, O_RDONLY | O_DIRECTORY);
  if (!folder) return;
  for (const auto& entry : container::list_folder(folder)) {
    const auto& status = entry.status;
    if (S_ISDIR(status.st_mode)) look_into(root, base, below / entry.name, state);
    if (!S_ISREG(status.st_mode)) continue;
    state[below / entry.name] = {static_cast<std::uint64_t>(status.st_size),
                                 status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec};
  }
}

}  // namespace

FolderState look_at(const fs::path& root, const fs::path& relative) {
  FolderState state;
  look_into(root, relative, "", state);
  return state;
}

SyncActions plan_sync(const FolderState& stored, const FolderState& before, const FolderState& now,
                      bool final) {
  const auto same = [](const FolderState& in, const auto& entry) {
    const auto at = in.find(entry.first);
    return at != in.end() && at->second == entry.second;
  };
  SyncActions actions;
  for (const auto& entry : now) {
    if (!same(stored, entry) && (final || same(before, entry)))
      actions.upload.push_back(entry.first);
  }
  for (const auto& [name, state] : stored) {
    if (!now.contains(name)) actions.remove.push_back(name);
  }
  return actions;
}

CheckpointSync::CheckpointSync(const agent_protocol::Spec& spec, const Orders& orders,
                               fs::path root, fs::path relative, ObjectName prefix,
                               FolderState stored, std::function<void()> on_stored)
    : objects_(spec, orders),
      root_(std::move(root)),
      relative_(std::move(relative)),
      prefix_(std::move(prefix)),
      stored_(std::move(stored)),
      on_stored_(std::move(on_stored)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CheckpointSync::pass(bool final) {
  const FolderState now = look_at(root_, relative_);
  const SyncActions actions = plan_sync(stored_, before_, now, final);
  for (const auto& name : actions.upload) {
    File file = container::open_beneath(root_, relative_ / name, O_RDONLY);
    if (!file) continue;  // gone since the look
    objects_.put_file(below(prefix_, name), std::move(file));
    stored_[name] = now.at(name);
  }
  for (const auto& name : actions.remove) {
    objects_.remove(below(prefix_, name));
    stored_.erase(name);
  }
  before_ = now;
  if (!actions.upload.empty() && stored_ == now) on_stored_();
}

void CheckpointSync::run(const std::stop_token& stop) {
  std::unique_lock hold(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait_for(hold, stop, std::chrono::seconds(2), [] { return false; });
    if (stop.stop_requested()) return;
    try {
      pass(false);
    } catch (const LeaseLost&) {
      return;
    } catch (const Error& error) {
      spdlog::warn("checkpoints: {}", error.what());
    }
  }
}

void CheckpointSync::finish() {
  thread_.request_stop();
  thread_.join();
  pass(true);
}

}  // namespace sagebrush::agent
