#include "store/blob_garbage.h"

#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <exception>
#include <unordered_set>

#include "base/log.h"
#include "base/time.h"
#include "store/blobs.h"
#include "store/database.h"

namespace sagebrush::store {
namespace {

constexpr std::size_t kBatch = 256;
constexpr long long kCompletedUploadsKeptMs = 24LL * 3600 * 1000;

std::vector<std::string> read_names(Database& database, const std::string& sql) {
  std::vector<std::string> names;
  database.read([&](soci::session& session) {
    soci::rowset<std::string> rows = session.prepare << sql;
    for (const std::string& name : rows) names.push_back(name);
  });
  return names;
}

std::vector<std::string> named_blobs(Database& database) {
  return read_names(database,
                    "SELECT blob FROM objects WHERE blob <> '' "
                    "UNION ALL SELECT blob FROM object_parts WHERE blob <> '' "
                    "UNION ALL SELECT blob FROM upload_parts "
                    "UNION ALL SELECT blob FROM blob_garbage");
}

void forget_old_completions(Database& database, const Clock& clock) {
  const long long before = to_ms(clock.now()) - kCompletedUploadsKeptMs;
  database.write([&](soci::session& session) {
    session << "DELETE FROM completed_uploads WHERE done_ms < :before", soci::use(before);
  });
}

}  // namespace

BlobGarbage::BlobGarbage(Database& database, Blobs& blobs, const Clock& clock,
                         std::chrono::milliseconds grace)
    : database_(database), blobs_(blobs), clock_(clock), grace_(grace), thread_([this] {
        loop();
      }) {}

BlobGarbage::~BlobGarbage() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BlobGarbage::add(const std::vector<std::string>& blobs) {
  if (blobs.empty()) return;
  const auto due = Steady::now() + grace_;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& blob : blobs) queue_.push_back({blob, due});
  }
  changed_.notify_all();
}

void BlobGarbage::wait_until_collected() {
  std::unique_lock lock(mutex_);
  changed_.wait(
      lock, [this] { return !busy_ && (queue_.empty() || queue_.front().due > Steady::now()); });
}

void BlobGarbage::loop() {
  start_up();
  std::unique_lock lock(mutex_);
  for (;;) {
    busy_ = false;
    changed_.notify_all();
    if (stopping_) return;
    const auto woken = [this] {
      return stopping_ || (!queue_.empty() && queue_.front().due <= Steady::now());
    };
    if (queue_.empty()) {
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    } else {
      changed_.wait_until(lock, queue_.front().due, woken);
    }
    busy_ = true;
    const std::vector<std::string> due = take_due();
    lock.unlock();
    if (!due.empty()) collect(due);
    lock.lock();
  }
}

std::vector<std::string> BlobGarbage::take_due() {
  std::vector<std::string> due;
  while (due.size() < kBatch && !queue_.empty() && queue_.front().due <= Steady::now()) {
    due.push_back(std::move(queue_.front().blob));
    queue_.pop_front();
  }
  return due;
}

// Nothing here may end the server: what is not done now is done at the next start.
void BlobGarbage::start_up() {
  try {
    const auto left = read_names(database_, "SELECT blob FROM blob_garbage");
    for (std::size_t i = 0; i < left.size(); i += kBatch) {
      const auto end =
          left.begin() + static_cast<std::ptrdiff_t>(std::min(left.size(), i + kBatch));
      collect({left.begin() + static_cast<std::ptrdiff_t>(i), end});
    }
    forget_old_completions(database_, clock_);
    sweep();
  } catch (const std::exception& error) {
    spdlog::error("sweep of the object store: {}", error.what());
  }
}

void BlobGarbage::collect(const std::vector<std::string>& blobs) {
  for (const std::string& blob : blobs) blobs_.remove(blob);
  try {
    database_.write([&](soci::session& session) {
      std::string blob;
      soci::statement statement =
          (session.prepare << "DELETE FROM blob_garbage WHERE blob = :blob", soci::use(blob));
      for (const std::string& gone : blobs) {
        blob = gone;
        statement.execute(true);
      }
    });
  } catch (const std::exception& error) {
    spdlog::error("garbage of the object store: {}", error.what());
  }
}

// The order makes it exact while requests run: a file listed first, and not unclaimed, had its row
// committed before the rows are read, or never gets one.
void BlobGarbage::sweep() {
  std::unordered_set<std::string> files;
  for (unsigned folder = 0; folder < 256; ++folder)
    files.merge([&] {
      const auto listed = blobs_.list(folder);
      return std::unordered_set<std::string>(listed.begin(), listed.end());
    }());
  std::vector<std::string> suspects;
  for (const std::string& blob : named_blobs(database_)) {
    if (files.erase(blob) == 0 && !blobs_.exists(blob)) suspects.push_back(blob);
  }
  for (const std::string& blob : files) {
    spdlog::info("removing a blob that no object names: {}", blob);
    blobs_.remove(blob);
  }
  if (suspects.empty()) return;
  const auto again = named_blobs(database_);
  const std::unordered_set<std::string> still(again.begin(), again.end());
  for (const std::string& blob : suspects) {
    if (still.contains(blob)) spdlog::critical("an object's bytes are gone: blob {}", blob);
  }
}

}  // namespace sagebrush::store
