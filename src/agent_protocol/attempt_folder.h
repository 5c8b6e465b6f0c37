#pragma once

#include <filesystem>
#include <string>

#include "base/file.h"

namespace sagebrush::agent_protocol {

// The one place that knows the file names in DATA/jobs/<id>/attempt-N/<host>/.
struct AttemptFolder {
  std::filesystem::path root;

  std::filesystem::path spec() const { return root / "spec.json"; }
  std::filesystem::path lock() const { return root / "agent.lock"; }
  std::filesystem::path agent_log() const { return root / "agent.log"; }
  std::filesystem::path shim_lock() const { return root / "shim.lock"; }
  std::filesystem::path feed_lock() const { return root / "feed.lock"; }
  std::filesystem::path feed_failed() const { return root / "feed-failed.json"; }
  std::filesystem::path output_log() const { return root / "output.log"; }
  std::filesystem::path container_exit() const { return root / "container-exit.json"; }
  std::filesystem::path exit_record() const { return root / "exit.json"; }
  std::filesystem::path reserve() const { return root / "reserve"; }  // room set aside on the disk
  std::filesystem::path end_reserve() const {
    return root / "end-reserve";
  }  // for container_exit()
  std::filesystem::path work() const {
    return root / "work";
  }  // overlays, bundle, opt/ml; removed at the end

  static AttemptFolder of(const std::filesystem::path& data, const std::string& job_id, int attempt,
                          const std::string& host);
};

// Takes the lock of an open file for as long as that is open; false when somebody else has it. A
// lock of the open file description (fcntl(2), F_OFD_SETLK): unlike flock, others can ask for it
// without taking it for a moment.
bool take_lock(const File& file);

// True when some process holds the lock file's lock: the agent or shim of that folder lives. False
// when the file is absent.
bool is_locked(const std::filesystem::path& lock_file);

}  // namespace sagebrush::agent_protocol
