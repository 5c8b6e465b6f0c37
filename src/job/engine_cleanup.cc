#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "job/engine.h"
#include "store/identities.h"

namespace sagebrush::job {
namespace {

namespace fs = std::filesystem;
using agent_protocol::AttemptFolder;

// A folder whose agent can't clean up in so many tries needs a person.
constexpr int kMostCleaningStarts = 3;

// Removes the folder of one host, and what holds nothing any more above it: attempt-N and the job's
// own.
void remove_folder(const AttemptFolder& folder) {
  remove_tree(folder.root);
  std::error_code not_empty;
  fs::remove(folder.root.parent_path(), not_empty);
  fs::remove(folder.root.parent_path().parent_path(), not_empty);
}

}  // namespace

// Finds the folders of attempts that are over: an earlier server may have ended before it cleaned
// up.
void Engine::find_leftovers() {
  const fs::path jobs = settings_.data / "jobs";
  if (!fs::exists(jobs)) return;
  for (const auto& job_folder : fs::directory_iterator(jobs)) {
    const std::string id = job_folder.path().filename().string();
    const auto job = jobs_.find(id);
    for (const auto& attempt_folder : fs::directory_iterator(job_folder.path())) {
      const std::string name = attempt_folder.path().filename().string();
      const auto number = parse_unsigned(std::string_view(name).substr(name.find('-') + 1));
      if (!number) continue;
      if (job && job->attempt && job->attempt->number == static_cast<int>(*number)) continue;
      for (const auto& host : fs::directory_iterator(attempt_folder.path())) {
        closing_[host.path()] = {
            .folder = {host.path()}, .job_id = id, .attempt = static_cast<int>(*number)};
      }
    }
  }
}

// The agent removes its containers, mounts and cgroups itself; one that died first is started again
// to do it.
void Engine::clean_up() {
  for (auto entry = closing_.begin(); entry != closing_.end();) {
    Closing& closing = entry->second;
    try {
      if (executor_.alive(closing.folder)) {
        ++entry;
        continue;
      }
      if (fs::exists(closing.folder.work()) && closing.agent_starts < kMostCleaningStarts) {
        ++closing.agent_starts;
        executor_.start(closing.folder);
        ++entry;
        continue;
      }
      if (fs::exists(closing.folder.work())) {
        spdlog::error("{} could not be cleaned up: see agent.log there",
                      closing.folder.root.string());
      } else {
        identities_.revoke_job_session(closing.job_id, closing.attempt);
        remove_folder(closing.folder);
        // A job that is tried again asks for its image again.
        if (registry_.release && !jobs_.find(closing.job_id)) registry_.release(closing.job_id);
      }
      entry = closing_.erase(entry);
    } catch (const std::exception& error) {
      // A full disk, say, is one again that has room: tried at each look, told once.
      if (closing.problem != error.what()) {
        closing.problem = error.what();
        spdlog::error("cleaning {}: {}", closing.folder.root.string(), closing.problem);
      }
      ++entry;
    }
  }
}

}  // namespace sagebrush::job
