#include "cli/upload.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "aws/s3_client.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/terminal.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kRedraw = 20ms;

using RemoteObjects = std::map<std::string, RemoteObject>;

// What is there below the keys' common beginning.
RemoteObjects list_remote(Cloud& cloud, const std::string& bucket,
                          const std::vector<LocalFile>& files) {
  const std::string& first =
      files.front().key;  // sorted: all between first and last share what these share
  const std::string& last = files.back().key;
  const auto differ = std::ranges::mismatch(first, last).in1;
  RemoteObjects objects;
  for (const aws::ObjectInfo& object :
       cloud.s3().list_objects(bucket, std::string(first.begin(), differ))) {
    objects[object.key] = {object.size, object.etag};
  }
  return objects;
}

// Shared by the threads of one upload.
class Work {
 public:
  Work(const Cloud& cloud, const std::string& bucket, const std::vector<LocalFile>& files,
       RemoteObjects remote)
      : cloud_(cloud), bucket_(bucket), files_(files), remote_(std::move(remote)) {}

  // Body of one thread: takes files until none is left or somebody failed.
  void run() {
    try {
      aws::S3Client s3 = cloud_.s3();
      for (std::size_t i = next_++; i < files_.size() && !stopped_; i = next_++) put(s3, files_[i]);
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stopped_ = true;
    }
    ++ended_;
  }

  void stop() { stopped_ = true; }
  int ended() const { return ended_; }
  std::uint64_t done_bytes() const { return done_bytes_; }
  UploadResult result() {
    if (failure_) std::rethrow_exception(failure_);
    return {uploaded_, unchanged_, uploaded_bytes_};
  }

 private:
  void put(aws::S3Client& s3, const LocalFile& file) {
    const auto remote = remote_.find(file.key);
    if (remote != remote_.end() && is_same(file, remote->second)) {
      ++unchanged_;
      done_bytes_ += file.size_bytes;
      return;
    }
    std::uint64_t told = 0;
    aws::PutOptions options;
    options.on_progress = [&](std::uint64_t sent) {
      if (stopped_) throw Interrupted("interrupted");
      done_bytes_ += sent - told;  // less after a retry: wraps back
      told = sent;
    };
    s3.put_file(bucket_, file.key, file.path, options);
    done_bytes_ += file.size_bytes - told;
    uploaded_bytes_ += file.size_bytes;
    ++uploaded_;
  }

  const Cloud& cloud_;
  const std::string& bucket_;
  const std::vector<LocalFile>& files_;
  const RemoteObjects remote_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> done_bytes_{0};
  std::atomic<std::uint64_t> uploaded_bytes_{0};
  std::atomic<std::size_t> uploaded_{0};
  std::atomic<std::size_t> unchanged_{0};
  std::atomic<int> ended_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void ensure_bucket(Cloud& cloud, const std::string& bucket, Terminal& terminal) {
  aws::S3Client s3 = cloud.s3();
  if (s3.has_bucket(bucket)) return;
  s3.create_bucket(bucket);
  terminal.message("made bucket " + bucket);
}

void warn_of_left_out(const fs::path& path, Terminal& terminal) {
  for (const fs::path& other : left_out(path)) {
    const bool nothing = fs::is_symlink(other) && !fs::exists(other);
    terminal.warning("warning: " + other.string() + " is not uploaded: it is " +
                     (nothing ? "a link to nothing" : "not a file"));
  }
}

UploadResult upload(Cloud& cloud, const std::string& bucket, const std::vector<LocalFile>& files,
                    int threads, Terminal& terminal, const Interrupt& interrupt) {
  Work work(cloud, bucket, files, list_remote(cloud, bucket, files));
  std::uint64_t total = 0;
  for (const LocalFile& file : files) total += file.size_bytes;
  const auto start = steady_clock::now();
  const auto draw = [&] {
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    terminal.status(
        progress_bar("  upload", work.done_bytes(), total, elapsed, terminal.err_look().width));
  };
  {
    const int count = std::min(threads, static_cast<int>(std::min<std::size_t>(files.size(), 64)));
    std::vector<std::jthread> pool;
    for (int i = 0; i < count; ++i) pool.emplace_back([&work] { work.run(); });
    while (work.ended() < count) {
      draw();
      if (interrupt.wait_for(kRedraw)) {
        work.stop();
        break;
      }
    }
  }
  draw();
  terminal.clear_status();
  interrupt.throw_if_seen();
  return work.result();
}

}  // namespace sagebrush::cli
