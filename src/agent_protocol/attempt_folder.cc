#include "agent_protocol/attempt_folder.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent_protocol {
namespace {

struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

AttemptFolder AttemptFolder::of(const std::filesystem::path& data, const std::string& job_id,
                                int attempt, const std::string& host) {
  return {data / "jobs" / job_id / ("attempt-" + std::to_string(attempt)) / host};
}

bool take_lock(const File& file) {
  struct flock whole = whole_file();
  if (::fcntl(file.fd(), F_OFD_SETLK, &whole) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  throw_errno("lock");
}

bool is_locked(const std::filesystem::path& lock_file) {
  const int fd = ::open(lock_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return false;
    throw_errno("open " + lock_file.string());
  }
  const File file(fd);
  struct flock whole = whole_file();
  if (::fcntl(file.fd(), F_OFD_GETLK, &whole) != 0) throw_errno("lock of " + lock_file.string());
  return whole.l_type != F_UNLCK;
}

}  // namespace sagebrush::agent_protocol
