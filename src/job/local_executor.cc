#include "job/local_executor.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <memory>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

extern char** environ;

namespace sagebrush::job {
namespace {

// Owns what posix_spawn wants to be told.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  explicit SpawnSettings(const std::string& log_file) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    // Asio opens sockets without O_CLOEXEC: an agent that held the listening one would keep the
    // port from the next server.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

void LocalExecutor::start(const agent_protocol::AttemptFolder& folder) {
  const std::string path = folder.root.string();
  const SpawnSettings settings(folder.agent_log().string());
  std::vector<std::string> words{program_.string(), "run", "--folder", path};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::scoped_lock lock(mutex_);
  pid_t pid = 0;
  const int code =
      posix_spawn(&pid, argv[0], &settings.actions, &settings.attributes, argv.data(), environ);
  if (code != 0) {
    throw Error(ErrorKind::kUnavailable,
                "cannot start " + program_.string() + ": " + std::generic_category().message(code));
  }
  children_[path] = pid;
}

bool LocalExecutor::is_running_child(const std::string& folder) {
  const std::scoped_lock lock(mutex_);
  const auto child = children_.find(folder);
  if (child == children_.end()) return false;
  if (::waitpid(child->second, nullptr, WNOHANG) == 0) return true;
  children_.erase(child);
  return false;
}

bool LocalExecutor::alive(const agent_protocol::AttemptFolder& folder) {
  return is_running_child(folder.root.string()) || agent_protocol::is_locked(folder.lock());
}

void LocalExecutor::end(const agent_protocol::AttemptFolder& folder) {
  // The lock is held, so the process that wrote its number there lives: the number is nobody
  // else's.
  if (!agent_protocol::is_locked(folder.lock())) return;
  const auto pid = parse_unsigned(read_file(folder.lock()));
  if (pid && *pid > 1) ::kill(static_cast<pid_t>(*pid), SIGKILL);
}

}  // namespace sagebrush::job
