#include "container/disk_reserve.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::container {
namespace {

constexpr off_t kReserveBytes = 1 << 20;
constexpr std::uint64_t kShortBytes = 8 << 20;

}  // namespace

void DiskReserve::take() const {
  const File file = File::open(file_, O_WRONLY | O_CREAT);
  const int failed = ::posix_fallocate(file.fd(), 0, kReserveBytes);
  if (failed == 0) return;
  release();
  errno = failed;
  throw_errno("set room aside in " + file_.string());
}

void DiskReserve::release() const {
  std::error_code gone;
  std::filesystem::remove(file_, gone);
}

bool short_of_room(const std::filesystem::path& folder) {
  struct statvfs state{};
  if (::statvfs(folder.c_str(), &state) != 0) return false;
  return std::uint64_t{state.f_bavail} * state.f_frsize < kShortBytes;
}

void write_when_there_is_room(const std::filesystem::path& path, std::string_view text,
                              const DiskReserve& reserve) {
  for (;;) {
    try {
      write_file_atomically(path, text);
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kLimitExceeded) throw;
    }
    reserve.release();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace sagebrush::container
