#include "container/layer_lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"

namespace sagebrush::container {
namespace {

bool take(const File& file, short type) {
  struct flock whole{};
  whole.l_type = type;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file.fd(), F_OFD_SETLK, &whole) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  throw_errno("lock");
}

}  // namespace

File try_lock(const std::filesystem::path& lock_file, LockKind kind) {
  File file = File::open(lock_file, O_RDWR | O_CREAT);
  if (!take(file, kind == LockKind::kShared ? F_RDLCK : F_WRLCK)) return {};
  struct stat held{};
  struct stat named{};
  if (::fstat(file.fd(), &held) != 0) throw_errno("stat " + lock_file.string());
  if (::stat(lock_file.c_str(), &named) != 0 || named.st_ino != held.st_ino) return {};
  return file;
}

void share(const File& lock) {
  if (!take(lock, F_RDLCK)) throw Error(ErrorKind::kInternal, "a lock held alone can't be shared");
}

}  // namespace sagebrush::container
