#include "agent/pipe_feed.h"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "agent/pipe_end.h"
#include "agent/pipe_plan.h"
#include "base/error.h"
#include "base/file.h"
#include "container/beneath.h"
#include "container/gzip.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::AttemptFolder;

constexpr std::uint64_t kAhead = 2;
// An algorithm that skips more epochs than this counts wrongly.
constexpr std::uint64_t kMostSkipped = 64;
constexpr std::uint64_t kUnpackedLimit = 1ULL << 40;

// Says once what went wrong, for the agent.
class FailureNote {
 public:
  explicit FailureNote(AttemptFolder folder) : folder_(std::move(folder)) {}
  void write(const std::string& reason, bool infrastructure) {
    const std::lock_guard hold(mutex_);
    spdlog::error("pipe: {}", reason);
    if (fs::exists(folder_.feed_failed())) return;
    write_file_atomically(
        folder_.feed_failed(),
        json::serialize(json::object{{"reason", reason}, {"infrastructure", infrastructure}}));
  }

 private:
  AttemptFolder folder_;
  std::mutex mutex_;
};

// A full disk is the machine's, where a limit on what is unpacked is the user's.
void write_to_disk(const File& file, std::span<const std::byte> piece) {
  try {
    file.write_all(piece);
  } catch (const Error& error) {
    throw Error(ErrorKind::kIo, error.what());
  }
}

class ChannelFeed {
 public:
  ChannelFeed(PipePlan plan, const container::Workplace& place, FailureNote& note)
      : plan_(std::move(plan)),
        files_(pipe_files(place, plan_.channel)),
        data_(container::open_beneath(place.ml(), "input/data", O_RDONLY | O_DIRECTORY)),
        note_(note) {
    if (!data_) throw Error(ErrorKind::kIo, "/opt/ml/input/data is not there");
    const std::lock_guard hold(mutex_);
    offer();
  }

 private:
  // Has a pipe and a thread for each epoch up to kAhead after the highest that was opened. All
  // pipes are there when it returns.
  void offer() {
    for (auto epoch = next_; epoch < opened_ + kAhead; ++epoch) make_pipe(epoch);
    for (; next_ < opened_ + kAhead; ++next_) {
      std::thread([this, epoch = next_] { serve(epoch); }).detach();
    }
  }

  void opened(std::uint64_t epoch) {
    const std::lock_guard hold(mutex_);
    ++served_;
    opened_ = std::max(opened_, epoch + 1);
    if (opened_ - served_ > kMostSkipped) {
      throw Error(ErrorKind::kInvalid,
                  "the algorithm skipped more than " + std::to_string(kMostSkipped) + " epochs");
    }
    offer();
  }

  // One epoch, from its pipe to its end. This thread ends with the process.
  void serve(std::uint64_t epoch) {
    const std::string name = pipe_name(plan_.channel, epoch);
    std::optional<PipeEnd> end;  // outlives a failure: closed, it would end the reader's data
    try {
      end.emplace(await_reader(name));
      opened(epoch);
      try {
        feed(*end, epoch);
      } catch (const ReaderGone&) {
        spdlog::info("pipe {}: its reader closed it before its end", name);
      }
      // Before the end is closed: who opens the pipe in between reads its end and does not wait.
      ::unlinkat(data_.fd(), name.c_str(), 0);
    } catch (const Error& error) {
      const bool users =
          error.kind() == ErrorKind::kInvalid || error.kind() == ErrorKind::kLimitExceeded;
      note_.write(std::string(users ? "ClientError: " : "InternalServerError: ") +
                      "Data for channel " + plan_.channel + ", epoch " + std::to_string(epoch) +
                      ": " + error.what(),
                  !users);
      for (;;) ::pause();
    }
  }

  // For all to read: run_feeder has seen to it that no mask takes that away. Nothing is done to it
  // afterwards by its name, which the container may give to something else.
  void make_pipe(std::uint64_t epoch) const {
    const std::string name = pipe_name(plan_.channel, epoch);
    if (::mkfifoat(data_.fd(), name.c_str(), 0666) != 0 && errno != EEXIST) {
      throw_errno("make the pipe " + name);
    }
  }

  // The container may have put anything in the pipe's place: no link is followed, and only a pipe
  // is opened.
  File await_reader(const std::string& name) const {
    const File pipe(::openat(data_.fd(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!pipe || ::fstat(pipe.fd(), &status) != 0 || !S_ISFIFO(status.st_mode)) {
      throw Error(ErrorKind::kInvalid, "the algorithm put something else in place of the pipe");
    }
    const std::string again = "/proc/self/fd/" + std::to_string(pipe.fd());
    for (;;) {
      const int end = ::open(again.c_str(), O_WRONLY | O_CLOEXEC);  // waits for a reader
      if (end >= 0) return File(end);
      if (errno != EINTR) throw_errno("open the pipe " + name);
    }
  }

  void feed(const PipeEnd& end, std::uint64_t epoch) {
    for (const std::size_t index : epoch_order(record_count(plan_), plan_.source, epoch)) {
      for (const PipePart& part : parts_of(plan_, index)) {
        if (part.file) {
          feed_file(end, *part.file);
        } else {
          framed(end, part.text.size(), [&] { end.write(part.text); });
        }
      }
    }
  }

  template <class Write>
  void framed(const PipeEnd& end, std::uint64_t bytes, const Write& write) {
    if (plan_.source.record_io) end.write(record_io_head(bytes));
    write();
    if (plan_.source.record_io) end.write(std::string(record_io_padding(bytes), '\0'));
  }

  void feed_file(const PipeEnd& end, std::size_t number) {
    File file = File::open(files_ / std::to_string(number), O_RDONLY);
    if (plan_.gzip && !plan_.source.record_io) {
      container::gunzip(file, plan_.uris.at(number), kUnpackedLimit,
                        [&](std::span<const std::byte> piece) { end.write(piece); });
      return;
    }
    if (plan_.gzip) file = unpacked(file, number);
    framed(end, file.size(), [&] { end.write_file(file); });
  }

  // A frame begins with the length: it has to be known first.
  File unpacked(const File& packed, std::size_t number) {
    File plain = File::open(files_, O_RDWR | O_TMPFILE, 0600);
    container::gunzip(packed, plan_.uris.at(number), kLargestRecord,
                      [&](std::span<const std::byte> piece) { write_to_disk(plain, piece); });
    return plain;
  }

  PipePlan plan_;
  fs::path files_;
  File data_;
  FailureNote& note_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;    // the first epoch without a pipe
  std::uint64_t opened_ = 0;  // one more than the highest epoch that was opened
  std::uint64_t served_ = 0;
};

}  // namespace

int run_feeder(const AttemptFolder& folder) {
  const File lock = File::open(folder.feed_lock(), O_RDWR | O_CREAT);
  if (!agent_protocol::take_lock(lock)) return 0;
  if (::ftruncate(lock.fd(), 0) != 0) throw_errno("ftruncate " + folder.feed_lock().string());
  lock.write_all(std::to_string(::getpid()));
  ::signal(SIGPIPE, SIG_IGN);
  ::umask(0);
  FailureNote note(folder);
  std::list<ChannelFeed> channels;
  try {
    const container::Workplace place{folder.work()};
    for (auto& plan : read_pipe_plans(place)) channels.emplace_back(std::move(plan), place, note);
  } catch (const Error& error) {
    note.write(std::string("InternalServerError: ") + error.what(), true);
  }
  ::close(STDIN_FILENO);  // tells the agent that all is in place
  // Killed at the attempt's end; ends by itself when nobody is left to do that.
  while (fs::exists(folder.spec())) std::this_thread::sleep_for(std::chrono::seconds(1));
  ::_exit(0);
}

}  // namespace sagebrush::agent
