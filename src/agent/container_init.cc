// sagebrush-init: the first process of a container that runs a script (docs/adr/0016).
//   sagebrush-init DESCRIPTOR PROGRAM WORD...
// Runs the program as its child, hands on the signals that it gets, takes up processes that lose
// their parent, and ends as the program ends. To the descriptor it writes "!" as soon as no signal
// can be lost any more; and at the end what that was, since 128 and a signal's number may be an
// exit code too: "exit 3", "signal 9", or "exec 2", an errno, when the program could not be run.
// Statically linked: it runs in any image.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int kNotRun = 127;  // as a shell says it

// Does not return where that succeeds. Unlike execvp it never hands a file to the shell that the
// kernel does not know how to run.
void execute(char** words) {
  if (std::strchr(words[0], '/')) {
    ::execv(words[0], words);
    return;
  }
  const char* path = std::getenv("PATH");
  std::string folders =
      path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* rest = nullptr;
  for (const char* folder = ::strtok_r(folders.data(), ":", &rest); folder;
       folder = ::strtok_r(nullptr, ":", &rest)) {
    ::execv((std::string(folder) + "/" + words[0]).c_str(), words);
    if (errno == ENOEXEC) return;
  }
  errno = ENOENT;
}

class Init {
 public:
  Init(int descriptor, char** words) : descriptor_(descriptor), words_(words) {}

  int run() {
    ::fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
    // A first process gets no signal that it neither handles nor blocks.
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    (void)!::write(descriptor_, "!", 1);
    if (const int failed = start()) {
      ::dprintf(descriptor_, "exec %d", failed);
      return kNotRun;
    }
    for (;;) {
      siginfo_t got{};
      const int signal = ::sigwaitinfo(&all, &got);
      if (signal == SIGCHLD) {
        if (reap()) return tell();
      } else if (signal > 0) {
        hand_on(signal);
      }
    }
  }

 private:
  // 0, or why it could not be run.
  int start() {
    int news[2] = {-1, -1};
    if (::pipe2(news, O_CLOEXEC) != 0) return errno;
    child_ = ::fork();
    if (child_ == 0) {
      ::setpgid(0, 0);  // what it sends to its group is not for its init
      sigset_t none;
      sigemptyset(&none);
      ::sigprocmask(SIG_SETMASK, &none, nullptr);
      execute(words_);
      const int failed = errno;
      (void)!::write(news[1], &failed, sizeof failed);
      ::_exit(kNotRun);
    }
    int failed = child_ < 0 ? errno : 0;
    ::close(news[1]);
    if (child_ > 0 && ::read(news[0], &failed, sizeof failed) < 0) failed = errno;
    ::close(news[0]);
    return failed;
  }

  void hand_on(int signal) {
    if (running_) {
      handed_on_ = signal;
      ::kill(child_, signal);
    } else {
      to_others(signal);
    }
  }

  static void to_others(int signal) {
    if (::getpid() == 1) ::kill(-1, signal);  // elsewhere that would be all of the machine
  }

  // True when it is time to end: at the program's end. But a shell that the signal ended leaves
  // what it ran, which has not heard of it yet: it gets the signal too, and the time to save its
  // work.
  bool reap() {
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0) {
      if (ended != child_) continue;
      status_ = status;
      running_ = false;
      if (!WIFSIGNALED(status) || WTERMSIG(status) != handed_on_) return true;
      to_others(handed_on_);
    }
    return !running_ && ended < 0;
  }

  int tell() const {
    if (WIFSIGNALED(status_)) {
      ::dprintf(descriptor_, "signal %d", WTERMSIG(status_));
      return 128 + WTERMSIG(status_);
    }
    ::dprintf(descriptor_, "exit %d", WEXITSTATUS(status_));
    return WEXITSTATUS(status_);
  }

  int descriptor_;
  char** words_;
  pid_t child_ = -1;
  bool running_ = true;
  int handed_on_ = 0;
  int status_ = 0;
};

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::fprintf(stderr, "usage: sagebrush-init DESCRIPTOR PROGRAM WORD...\n");
    return kNotRun;
  }
  return Init(std::atoi(words[1]), words + 2).run();
}
