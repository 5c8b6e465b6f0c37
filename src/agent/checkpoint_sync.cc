#include "agent/checkpoint_sync.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "container/beneath.h"
#include "container/replace_file.h"

namespace sagebrush::agent {

namespace fs = std::filesystem;
namespace json = boost::json;

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

void write_stored(const fs::path& record, const FolderState& stored) {
  json::array files;
  for (const auto& [name, state] : stored) {
    if (is_utf8(name)) files.push_back(json::array{name, state.bytes, state.modified_ns});
  }
  try {
    container::replace_file(record, json::serialize(files));
  } catch (const std::exception& error) {  // a full disk: the next agent would know less
    spdlog::warn("checkpoints: {}", error.what());
  }
}

FolderState read_stored(const fs::path& record) {
  FolderState stored;
  if (!fs::exists(record)) return stored;
  const json::value files = json::parse(read_file(record));
  for (const auto& file : files.as_array()) {
    stored[std::string(file.at(0).as_string())] = {file.at(1).to_number<std::uint64_t>(),
                                                   file.at(2).to_number<std::int64_t>()};
  }
  return stored;
}

CheckpointSync::CheckpointSync(const agent_protocol::Spec& spec, const Orders& orders,
                               fs::path root, fs::path relative, ObjectName prefix, fs::path record,
                               std::function<void()> on_stored)
    : objects_(spec, orders),
      root_(std::move(root)),
      relative_(std::move(relative)),
      prefix_(std::move(prefix)),
      record_(std::move(record)),
      stored_(read_stored(record_)),
      on_stored_(std::move(on_stored)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

// Answers the first failure.
std::optional<Error> CheckpointSync::carry_out(const SyncActions& actions, const FolderState& now) {
  std::optional<Error> failed;
  const auto each = [&](const std::vector<std::string>& names, const auto& work) {
    for (const auto& name : names) {
      try {
        work(name);
      } catch (const Error& error) {
        if (!failed) failed = error;
      }
    }
  };
  each(actions.upload, [&](const std::string& name) {
    File file = container::open_beneath(root_, relative_ / name, O_RDONLY);
    if (!file) return;  // gone since the look
    objects_.put_file(below(prefix_, name), std::move(file));
    stored_[name] = now.at(name);
  });
  each(actions.remove, [&](const std::string& name) {
    objects_.remove(below(prefix_, name));
    stored_.erase(name);
  });
  return failed;
}

void CheckpointSync::pass(bool final) {
  const FolderState now = look_at(root_, relative_);
  const SyncActions actions = plan_sync(stored_, before_, now, final);
  const FolderState stored_before = stored_;
  const auto failed = carry_out(actions, now);
  before_ = now;
  if (stored_ != stored_before) write_stored(record_, stored_);
  if (failed) throw *failed;
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
