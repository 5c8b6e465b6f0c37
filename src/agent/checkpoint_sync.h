#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "agent/object_calls.h"
#include "base/error.h"

namespace sagebrush::agent {

// What a look at a checkpoint folder says of one file.
struct FileState {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const FileState&) const = default;
};
using FolderState =
    std::map<std::string, FileState>;  // by path below the folder; regular files only
// relative: the container's own folder below `root`; no link is followed.
FolderState look_at(const std::filesystem::path& root, const std::filesystem::path& relative);

struct SyncActions {
  std::vector<std::string> upload, remove;
};
// Pure: uploads what is new or changed and looked the same twice (all that is new when `final`),
// removes what is gone.
SyncActions plan_sync(const FolderState& stored, const FolderState& before, const FolderState& now,
                      bool final);

// What the prefix holds, as a file has it; nothing when there is no such file.
void write_stored(const std::filesystem::path& record, const FolderState& stored);
FolderState read_stored(const std::filesystem::path& record);

// Keeps an S3 prefix the same as the container's checkpoint folder while it runs, in a thread of
// its own. A file that fails holds up no other and is tried again at the next look; finish() throws
// the first Error of what still fails.
class CheckpointSync {
 public:
  // record: a file that says what the prefix holds, for the next agent of the attempt. on_stored:
  // called in the thread when the prefix has become the same as the folder again.
  CheckpointSync(const agent_protocol::Spec& spec, const Orders& orders, std::filesystem::path root,
                 std::filesystem::path relative, ObjectName prefix, std::filesystem::path record,
                 std::function<void()> on_stored);
  void finish();  // after the container's end: one last complete pass

 private:
  void run(const std::stop_token& stop);
  void pass(bool final);
  std::optional<Error> carry_out(const SyncActions& actions, const FolderState& now);

  ObjectCalls objects_;
  std::filesystem::path root_, relative_;
  ObjectName prefix_;
  std::filesystem::path record_;
  FolderState stored_, before_;
  std::function<void()> on_stored_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

}  // namespace sagebrush::agent
