#include "cli/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::cli {
namespace {

using namespace std::chrono_literals;

int to_exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void check(int error, const std::string& what) {
  if (error == 0) return;
  errno = error;
  throw_errno(what);
}

// Of a pidfd. A signal that comes meanwhile doesn't cut the grace short.
bool ends_within(const File& process, std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= 0ms) return false;
    pollfd ended{process.fd(), POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(left.count())) == 1) return true;
  }
}

}  // namespace

ChildProcess::ChildProcess(const ProgramCall& call) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  check(posix_spawn_file_actions_init(&actions), "posix_spawn");
  check(posix_spawnattr_init(&attributes), "posix_spawn");
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!call.output_file.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, call.output_file.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  if (!call.working_directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, call.working_directory.c_str());
  }
  if (call.own_session) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::vector<char*> arguments;
  for (const std::string& argument : call.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const int error =
      posix_spawnp(&pid_, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error == ENOENT) {
    throw Error(ErrorKind::kNotFound, "there is no program " + call.arguments.front());
  }
  check(error, "starting " + call.arguments.front());
}

ChildProcess::~ChildProcess() {
  if (owned_) stop(10s);
}

std::optional<int> ChildProcess::poll() {
  if (result_) return result_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) result_ = to_exit_code(status);
  return result_;
}

int ChildProcess::wait() {
  int status = 0;
  while (!result_) {
    if (waitpid(pid_, &status, 0) == pid_)
      result_ = to_exit_code(status);
    else if (errno != EINTR)
      throw_errno("waitpid");
  }
  return *result_;
}

void ChildProcess::stop(std::chrono::milliseconds grace) {
  if (poll()) return;
  const File handle(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  kill(pid_, SIGTERM);
  if (!handle || !ends_within(handle, grace)) kill(pid_, SIGKILL);
  wait();
}

}  // namespace sagebrush::cli
