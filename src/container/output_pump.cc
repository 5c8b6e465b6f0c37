#include "container/output_pump.h"

#include <poll.h>
extern "C" {  // glibc 2.36 forgot it
#include <sys/pidfd.h>
}
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "container/frame_log.h"
#include "container/line_splitter.h"

namespace sagebrush::container {
namespace {

constexpr int kTailPatienceMs = 1000;

class Source {
 public:
  Source(const File& pipe, Stream stream, std::string& frames)
      : pipe_(pipe), lines_(kLineLimit, [this, stream, &frames](std::string_view line) {
          append_frame(frames, time_, stream, line);
        }) {}

  int fd() const { return open_ ? pipe_.fd() : -1; }  // poll skips negative ones
  bool open() const { return open_; }

  void read(std::vector<char>& room) {
    const ssize_t n = ::read(pipe_.fd(), room.data(), room.size());
    if (n < 0 && errno == EINTR) return;
    time_ = now();
    if (n > 0) {
      lines_.write(std::string_view(room.data(), static_cast<std::size_t>(n)));
    } else {
      finish();
    }
  }

  void finish() {
    lines_.finish();
    open_ = false;
  }

 private:
  const File& pipe_;
  Time time_ = now();
  LineSplitter lines_;
  bool open_ = true;
};

// Appends all or nothing.
class LogFile {
 public:
  LogFile(const File& file, const DiskReserve& reserve)
      : file_(file), reserve_(reserve), size_(file.size()) {}

  void append(std::string frames) {
    if (frames.empty()) return;
    if (unsaid_) {
      std::string note;
      append_frame(note, now(), Stream::kStdout, kLost);
      frames.insert(0, note);
    }
    const auto patience = losing_ ? std::chrono::seconds(0) : kPatience;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      if (write(frames)) {
        losing_ = unsaid_ = false;
        return;
      }
      reserve_.release();
      if (std::chrono::steady_clock::now() >= deadline) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    if (!losing_) tell_loss();
    losing_ = true;
  }

 private:
  static constexpr std::chrono::seconds kPatience{10};
  static constexpr const char* kLost = "note: lines are lost here: the disk is full";

  // False when there is no room.
  bool write(const std::string& frames) {
    try {
      file_.write_all(frames);
      size_ += frames.size();
      return true;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kLimitExceeded) throw;
      if (::ftruncate(file_.fd(), static_cast<off_t>(size_)) != 0) throw_errno("ftruncate");
      return false;
    }
  }

  // So little may still find a place.
  void tell_loss() {
    std::string note;
    append_frame(note, now(), Stream::kStdout, kLost);
    unsaid_ = !write(note);
  }

  const File& file_;
  const DiskReserve& reserve_;
  std::uint64_t size_;
  bool losing_ = false;  // what finds no room at once is dropped
  bool unsaid_ = false;  // the log does not say so yet
};

}  // namespace

void pump_output(const File& out, const File& err, int pid, const File& log,
                 const DiskReserve& reserve) {
  LogFile file(log, reserve);
  std::string frames;
  std::vector<char> room(256 * 1024);
  Source sources[] = {{out, Stream::kStdout, frames}, {err, Stream::kStderr, frames}};
  const File process(::pidfd_open(pid, 0));
  bool ended = !process;
  while (sources[0].open() || sources[1].open()) {
    std::array<pollfd, 3> waits{{{sources[0].fd(), POLLIN, 0},
                                 {sources[1].fd(), POLLIN, 0},
                                 {ended ? -1 : process.fd(), POLLIN, 0}}};
    const int ready = ::poll(waits.data(), waits.size(), ended ? kTailPatienceMs : -1);
    if (ready < 0 && errno != EINTR) throw_errno("poll");
    if (ready == 0) {
      for (auto& source : sources) {
        if (source.open()) source.finish();
      }
    }
    for (std::size_t i = 0; ready > 0 && i < 2; ++i) {
      if (waits[i].revents != 0) sources[i].read(room);
    }
    if (ready > 0 && waits[2].revents != 0) ended = true;
    file.append(frames);
    frames.clear();
  }
}

}  // namespace sagebrush::container
