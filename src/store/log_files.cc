#include "store/log_files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace sagebrush::store {

std::filesystem::path LogFiles::path_of(const std::string& stream_id) const {
  return directory_ / (stream_id + ".seg");
}

std::shared_ptr<const File> LogFiles::find(const std::string& stream_id) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(stream_id);
  if (found == entries_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->file;
}

void LogFiles::keep(const std::string& stream_id, const std::shared_ptr<const File>& file) {
  const std::scoped_lock lock(mutex_);
  if (entries_.contains(stream_id)) return;
  by_use_.push_front({stream_id, file});
  entries_.emplace(stream_id, by_use_.begin());
  if (by_use_.size() > most_) {
    entries_.erase(by_use_.back().stream_id);
    by_use_.pop_back();
  }
}

std::shared_ptr<const File> LogFiles::open(const std::string& stream_id) {
  if (auto file = find(stream_id)) return file;
  const int fd = ::open(path_of(stream_id).c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return nullptr;
  if (fd < 0) throw_errno("open " + path_of(stream_id).string());
  auto file = std::make_shared<const File>(fd);
  keep(stream_id, file);
  return file;
}

std::shared_ptr<const File> LogFiles::create(const std::string& stream_id) {
  if (auto file = open(stream_id)) return file;
  auto file = std::make_shared<const File>(File::open(path_of(stream_id), O_RDWR | O_CREAT, 0600));
  sync_directory(directory_);
  keep(stream_id, file);
  return file;
}

std::uint64_t LogFiles::size_on_disk(const std::string& stream_id) const {
  struct stat status{};
  if (::stat(path_of(stream_id).c_str(), &status) == 0)
    return static_cast<std::uint64_t>(status.st_size);
  if (errno == ENOENT) return 0;
  throw_errno("stat " + path_of(stream_id).string());
}

void LogFiles::remove(const std::string& stream_id) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(stream_id); found != entries_.end()) {
    by_use_.erase(found->second);
    entries_.erase(found);
  }
  if (::unlink(path_of(stream_id).c_str()) != 0 && errno != ENOENT) {
    throw_errno("unlink " + path_of(stream_id).string());
  }
}

std::size_t log_files_limit() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw_errno("getrlimit");
  return static_cast<std::size_t>(std::clamp<rlim_t>(limit.rlim_cur / 4, 16, 1024));
}

}  // namespace sagebrush::store
