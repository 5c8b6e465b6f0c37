// sagebrush-mpi: how Open MPI's mpirun on one host of an attempt starts its daemons on the others,
// in the place of ssh, which images rarely have.
//   sagebrush-mpi --serve        on the others, as the container's first process: runs what it is
//                                asked to, and ends when nothing is left of it
//   sagebrush-mpi HOST WORD...   what mpirun calls its rsh agent
// Statically linked and without anything else of the tree: it runs in any image. Whoever reaches
// the port may run commands; on that network are only the hosts of the attempt, whose owner they
// have in common.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <string>

namespace {

constexpr std::uint16_t kPort = 7778;  // beside the port where a job's processes meet
constexpr std::size_t kLongestCommand = 1 << 20;
constexpr int kNotReached = 255;  // as ssh says it

int fail(const char* what) {
  std::fprintf(stderr, "sagebrush-mpi: %s: %s\n", what, std::strerror(errno));
  return kNotReached;
}

// Of /etc/hosts: a static program has no other resolver. 0: not there.
in_addr_t address_of(const std::string& host) {
  in_addr_t found = 0;
  std::FILE* file = std::fopen("/etc/hosts", "re");
  char line[1024];
  while (file && !found && std::fgets(line, sizeof line, file)) {
    char* rest = nullptr;
    const char* address = ::strtok_r(line, " \t\n", &rest);
    while (const char* name = address ? ::strtok_r(nullptr, " \t\n", &rest) : nullptr) {
      if (host == name) found = ::inet_addr(address);
    }
  }
  if (file) std::fclose(file);
  return found == INADDR_NONE ? 0 : found;
}

sockaddr_in at(in_addr_t address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(kPort);
  out.sin_addr.s_addr = address;
  return out;
}

// Until the other host's container has started; should it never, the attempt ends all its hosts.
int connect_to(const sockaddr_in& address) {
  for (;;) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    const int why = errno;
    ::close(fd);
    if (why != ECONNREFUSED && why != EHOSTUNREACH && why != ETIMEDOUT && why != EINTR) {
      errno = why;
      return -1;
    }
    const timespec pause{0, 50'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

bool send_all(int fd, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n < 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return ::shutdown(fd, SHUT_WR) == 0;
}

int ask(int count, char** words) {
  const in_addr_t address = address_of(words[0]);
  if (!address) {
    std::fprintf(stderr, "sagebrush-mpi: there is no host %s\n", words[0]);
    return kNotReached;
  }
  std::string command;
  for (int i = 1; i < count; ++i) command += (i > 1 ? " " : "") + std::string(words[i]);
  const int fd = connect_to(at(address));
  if (fd < 0 || !send_all(fd, command)) return fail(words[0]);
  unsigned char code = 0;
  return ::read(fd, &code, 1) == 1 ? code : fail(words[0]);
}

class Server {
 public:
  int run() {
    if (const int failed = listen()) return failed;
    for (;;) {
      pollfd waits[] = {{signals_, POLLIN, 0}, {listener_, POLLIN, 0}};
      if (::poll(waits, 2, -1) < 0 && errno != EINTR) return fail("poll");
      if (waits[1].revents) accept();
      if (waits[0].revents) take_signal();
      if (reap() && (stopping_ || started_)) return stopping_ ? 128 + SIGTERM : 0;
    }
  }

 private:
  int listen() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // where it is not the container's first process
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT}) sigaddset(&wanted, signal);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    signals_ = ::signalfd(-1, &wanted, SFD_CLOEXEC);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    const sockaddr_in any = at(INADDR_ANY);
    if (signals_ < 0 || listener_ < 0 ||
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
        ::listen(listener_, 16) != 0) {
      return fail("listen");
    }
    return 0;
  }

  void accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::string command;
    char piece[4096];
    ssize_t n = 0;
    while (command.size() < kLongestCommand && (n = ::read(fd, piece, sizeof piece)) > 0) {
      command.append(piece, static_cast<std::size_t>(n));
    }
    const pid_t child = n == 0 && !stopping_ ? ::fork() : -1;
    if (child == 0) become(command);
    if (child < 0) {
      ::close(fd);
      return;
    }
    asked_[child] = fd;
    started_ = true;
  }

  [[noreturn]] static void become(const std::string& command) {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(fail("/bin/sh"));
  }

  void take_signal() {
    signalfd_siginfo got{};
    if (::read(signals_, &got, sizeof got) != sizeof got || got.ssi_signo == SIGCHLD) return;
    stopping_ = true;
    if (::getpid() == 1) {
      ::kill(-1, SIGTERM);  // a daemon hands it on to the processes that it has started, too
    } else {
      for (const auto& [child, fd] : asked_) ::kill(child, SIGTERM);
    }
  }

  // True when no process is left of those that were asked for, nor of what they have left behind.
  bool reap() {
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0) {
      const auto asked = asked_.find(ended);
      if (asked == asked_.end()) continue;
      const auto code = static_cast<unsigned char>(WIFEXITED(status) ? WEXITSTATUS(status)
                                                                     : 128 + WTERMSIG(status));
      (void)!::send(asked->second, &code, 1, MSG_NOSIGNAL);
      ::close(asked->second);
      asked_.erase(asked);
    }
    return ended < 0;
  }

  int signals_ = -1;
  int listener_ = -1;
  std::map<pid_t, int> asked_;  // process → who asked for it
  bool started_ = false;
  bool stopping_ = false;
};

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::strcmp(words[1], "--serve") == 0) return Server().run();
  if (count > 2) return ask(count - 1, words + 1);
  std::fprintf(stderr, "usage: sagebrush-mpi --serve | HOST COMMAND...\n");
  return kNotReached;
}
