#include "container/beneath.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/error.h"

namespace sagebrush::container {

File open_beneath(const std::filesystem::path& root, const std::filesystem::path& relative,
                  int flags) {
  return open_beneath(File::open(root, O_PATH | O_DIRECTORY), relative, flags);
}

File open_beneath(const File& root, const std::filesystem::path& relative, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const char* name = relative.empty() ? "." : relative.c_str();
  for (;;) {
    const long fd = ::syscall(SYS_openat2, root.fd(), name, &how, sizeof how);
    if (fd >= 0) return File(static_cast<int>(fd));
    if (errno == EAGAIN || errno == EINTR) continue;  // the tree changed while it was resolved
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOSYS || errno == EIO) {
      throw_errno("open " + relative.string());
    }
    return {};
  }
}

std::vector<FolderEntry> list_folder(const File& folder) {
  const int copy = ::openat(folder.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) throw_errno("read folder");
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(copy), ::closedir);
  std::vector<FolderEntry> entries;
  while (const dirent* entry = ::readdir(dir.get())) {
    FolderEntry next{entry->d_name, {}};
    if (next.name == "." || next.name == "..") continue;
    if (::fstatat(folder.fd(), entry->d_name, &next.status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    entries.push_back(std::move(next));
  }
  std::ranges::sort(entries, {}, &FolderEntry::name);
  return entries;
}

std::string read_beneath(const std::filesystem::path& root, const std::filesystem::path& relative,
                         std::size_t limit_bytes) {
  const File file = open_beneath(root, relative, O_RDONLY);
  struct stat status{};
  if (!file || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return "";
  std::string text(limit_bytes, '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

bool is_empty_beneath(const std::filesystem::path& root, const std::filesystem::path& relative) {
  const File folder = open_beneath(root, relative, O_RDONLY | O_DIRECTORY);
  return !folder || list_folder(folder).empty();
}

}  // namespace sagebrush::container
