#include "agent_protocol/attempt_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::agent_protocol {

AttemptFolder AttemptFolder::of(const std::filesystem::path& data, const std::string& job_id,
                                int attempt, const std::string& host) {
  return {data / "jobs" / job_id / ("attempt-" + std::to_string(attempt)) / host};
}

bool is_locked(const std::filesystem::path& lock_file) {
  const int fd = ::open(lock_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return false;
    throw_errno("open " + lock_file.string());
  }
  const File file(fd);
  if (::flock(file.fd(), LOCK_SH | LOCK_NB) == 0) return false;
  if (errno == EWOULDBLOCK) return true;
  throw_errno("flock " + lock_file.string());
}

}  // namespace sagebrush::agent_protocol
