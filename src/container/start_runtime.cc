#include "container/start_runtime.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::container {
namespace {

constexpr int kInitMs = 10'000;

struct Pipe {
  File read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe");
  return {File(ends[0]), File(ends[1])};
}

std::string drain(const File& pipe) {
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() < 64 * 1024) {
    const ssize_t n = ::read(pipe.fd(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// Async-signal-safe between fork and exec.
[[noreturn]] void become_runtime(char* const* argv, int in, int out, int err, int end, int info) {
  ::signal(SIGPIPE, SIG_DFL);  // the shim ignores it; ignored signals are inherited
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  // From above both targets: dup2 onto itself would keep close-on-exec, and onto the other lose it.
  if (end >= 0) end = ::fcntl(end, F_DUPFD_CLOEXEC, kInfoDescriptor + 1);
  if (info >= 0) ::dup2(::fcntl(info, F_DUPFD_CLOEXEC, kInfoDescriptor + 1), kInfoDescriptor);
  if (end >= 0) ::dup2(end, kEndDescriptor);
  ::execv(argv[0], argv);
  constexpr std::string_view kMessage = "the container runtime could not be run\n";
  (void)!::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  ::_exit(127);
}

int wait_status(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw_errno("wait for the container runtime");
  }
  return status;
}

// Until the container's init is ready for signals, or has ended: a first process that neither
// handles nor blocks them yet would lose them.
void await_init(const File& end) {
  pollfd word{end.fd(), POLLIN, 0};
  int seen = 0;
  while ((seen = ::poll(&word, 1, kInitMs)) < 0 && errno == EINTR) {
  }
  char ready = 0;
  if (seen > 0) (void)!::read(end.fd(), &ready, 1);
}

int pid_from_info(const std::string& info) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(info, failed);
  const auto* object = failed ? nullptr : value.if_object();
  const auto* pid = object ? object->if_contains("child-pid") : nullptr;
  return pid && pid->is_int64() ? static_cast<int>(pid->get_int64()) : 0;
}

}  // namespace

StartedRuntime start_runtime(const Launch& launch, const Workplace& place) {
  const bool bubblewrap = launch.runtime.kind == RuntimeKind::kBubblewrap;
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe info = make_pipe();
  Pipe end = make_pipe();
  const File nothing = File::open("/dev/null", O_RDONLY);
  std::vector<char*> argv;
  for (const auto& argument : launch.command) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) throw_errno("fork");
  if (child == 0) {
    become_runtime(argv.data(), nothing.fd(), out.write.fd(), err.write.fd(),
                   launch.init ? end.write.fd() : -1, bubblewrap ? info.write.fd() : -1);
  }
  out.write.close();
  err.write.close();
  info.write.close();
  end.write.close();

  StartedRuntime started;
  if (bubblewrap) {
    started.container_pid = pid_from_info(drain(info.read));
    if (started.container_pid == 0) {
      wait_status(child);
      started.error = drain(err.read);
      return started;
    }
    started.child_pid = child;
  } else {
    // Detached: it ends when the container runs, and the container's process is then ours.
    if (const int status = wait_status(child); status != 0) {
      const std::string text = drain(err.read);
      started.error = text.empty() ? "the container runtime failed" : text;
      return started;
    }
    const auto pid = parse_unsigned(trim(read_file(place.pid_file())));
    if (!pid) throw Error(ErrorKind::kInternal, "the container runtime left no process number");
    started.child_pid = started.container_pid = static_cast<int>(*pid);
  }
  started.out = std::move(out.read);
  started.err = std::move(err.read);
  if (launch.init) {
    await_init(end.read);
    started.end = std::move(end.read);
  }
  return started;
}

}  // namespace sagebrush::container
