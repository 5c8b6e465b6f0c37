#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "base/error.h"
#include "cli/exit_codes.h"

namespace sagebrush::cli {
namespace {

// What a signal handler may touch.
std::atomic<int> signal_count{0};
std::atomic<int> wake_fd{-1};

void on_signal(int) {
  const int saved = errno;
  if (signal_count.fetch_add(1) >= 1) _exit(kInterrupted);
  const std::uint64_t one = 1;
  [[maybe_unused]] auto written = write(wake_fd.load(), &one, sizeof one);
  errno = saved;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw_errno("eventfd");
  wake_fd = fd;
  signal_count = 0;
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

Interrupt::~Interrupt() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  close(wake_fd.exchange(-1));
}

bool Interrupt::seen() const {
  return signal_count.load() > 0;
}

bool Interrupt::wait_for(std::chrono::milliseconds duration) const {
  pollfd waiting{wake_fd.load(), POLLIN, 0};
  poll(&waiting, 1, static_cast<int>(duration.count()));
  return seen();
}

void Interrupt::throw_if_seen() const {
  if (seen()) throw Interrupted("interrupted");
}

void Interrupt::forget() {
  std::uint64_t count = 0;
  [[maybe_unused]] auto taken = read(wake_fd.load(), &count, sizeof count);
  signal_count = 0;
}

}  // namespace sagebrush::cli
