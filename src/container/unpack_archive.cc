#include "container/unpack_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "container/beneath.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

using Reader = std::unique_ptr<struct archive, int (*)(struct archive*)>;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorKind::kInvalid, "archive member \"" + name.substr(0, 200) + "\" " + why);
}

// "./a//b/" → "a/b"; "" for the root itself.
fs::path inside(const std::string& name) {
  fs::path out;
  if (name.starts_with('/')) refuse(name, "has an absolute path");
  for (const auto part : split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") refuse(name, "leads out of the archive");
    if (part.size() > 255) refuse(name, "has a name that is too long");
    out /= part;
  }
  return out;
}

class Unpacking {
 public:
  Unpacking(Reader reader, const fs::path& folder, const UnpackLimits& limits)
      : reader_(std::move(reader)), folder_(folder), limits_(limits) {}

  void run() {
    archive_entry* entry = nullptr;
    for (;;) {
      const int result = ::archive_read_next_header(reader_.get(), &entry);
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) broken();
      if (++entries_ > limits_.entries) {
        throw Error(ErrorKind::kLimitExceeded,
                    "the archive has more than " + std::to_string(limits_.entries) + " members");
      }
      const char* name = ::archive_entry_pathname(entry);
      if (!name) refuse("", "has a name that can't be read");
      take(entry, name);
    }
    // Last, and the innermost first: a folder that may not be written is filled before it is
    // closed.
    for (auto it = modes_.rbegin(); it != modes_.rend(); ++it) {
      const File made = open_beneath(folder_, it->first, O_RDONLY | O_DIRECTORY);
      if (made) ::fchmod(made.fd(), it->second);
    }
  }

 private:
  [[noreturn]] void broken() {
    const char* why = ::archive_error_string(reader_.get());
    throw Error(ErrorKind::kInvalid,
                std::string("not a readable tar archive: ") + (why ? why : "unknown format"));
  }

  void take(archive_entry* entry, const std::string& name) {
    const fs::path path = inside(name);
    const mode_t mode = ::archive_entry_perm(entry) & 0777;
    if (path.empty()) return;  // "./"
    const File parent = parent_of(path, name);
    const std::string last = path.filename();
    if (const char* target = ::archive_entry_hardlink(entry)) {
      link_to(inside(target), parent, last, name);
      return;
    }
    switch (::archive_entry_filetype(entry)) {
      case AE_IFDIR:
        if (::mkdirat(parent.fd(), last.c_str(), 0700) != 0 && errno != EEXIST) fail(name);
        modes_.emplace_back(path, mode | 0700);
        return;
      case AE_IFREG: write_file(parent, last, mode, name); return;
      case AE_IFLNK: {
        const char* target = ::archive_entry_symlink(entry);
        replace(parent, last);
        if (::symlinkat(target ? target : "", parent.fd(), last.c_str()) != 0) fail(name);
        return;
      }
      default: refuse(name, "is a device, socket or pipe");
    }
  }

  // The folder that holds `path`, made when the archive has no member for it.
  File parent_of(const fs::path& path, const std::string& name) {
    File at = File::open(folder_, O_RDONLY | O_DIRECTORY);
    for (const auto& part : path.parent_path()) {
      if (::mkdirat(at.fd(), part.c_str(), 0755) != 0 && errno != EEXIST) fail(name);
      const int next =
          ::openat(at.fd(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (next < 0) refuse(name, "lies below something that is no folder");
      at = File(next);
    }
    return at;
  }

  // Later members replace earlier ones of the same name, as tar does.
  static void replace(const File& parent, const std::string& last) {
    ::unlinkat(parent.fd(), last.c_str(), 0);
  }

  void write_file(const File& parent, const std::string& last, mode_t mode,
                  const std::string& name) {
    replace(parent, last);
    const File file(::openat(parent.fd(), last.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file) fail(name);
    std::array<std::byte, 128 * 1024> piece{};
    for (;;) {
      const auto got = ::archive_read_data(reader_.get(), piece.data(), piece.size());
      if (got < 0) broken();
      if (got == 0) break;
      bytes_ += static_cast<std::uint64_t>(got);
      if (bytes_ > limits_.bytes) {
        throw Error(ErrorKind::kLimitExceeded,
                    "the archive unpacks to more than " + human_bytes(limits_.bytes));
      }
      file.write_all(std::span(piece).first(static_cast<std::size_t>(got)));
    }
    ::fchmod(file.fd(), mode);  // not cut by the umask
  }

  void link_to(const fs::path& target, const File& parent, const std::string& last,
               const std::string& name) {
    const File file = open_beneath(folder_, target, O_RDONLY);
    struct stat status{};
    if (!file || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) {
      refuse(name, "is a link to something that is not in the archive");
    }
    replace(parent, last);
    const std::string self = "/proc/self/fd/" + std::to_string(file.fd());
    if (::linkat(AT_FDCWD, self.c_str(), parent.fd(), last.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      fail(name);
    }
  }

  [[noreturn]] void fail(const std::string& name) {
    if (errno == EISDIR || errno == ENOTDIR || errno == EEXIST) {
      refuse(name, "is both a folder and something else");
    }
    throw_errno("unpack " + name.substr(0, 200));
  }

  Reader reader_;
  const fs::path& folder_;
  const UnpackLimits& limits_;
  std::uint64_t entries_ = 0, bytes_ = 0;
  std::vector<std::pair<fs::path, mode_t>> modes_;
};

}  // namespace

void unpack_archive(const fs::path& archive, const fs::path& folder, const UnpackLimits& limits) {
  Reader reader(::archive_read_new(), ::archive_read_free);
  if (!reader) throw Error(ErrorKind::kInternal, "no memory for an archive");
  ::archive_read_support_format_tar(reader.get());
  // Not all: some run programs of the machine.
  for (const auto support :
       {::archive_read_support_filter_gzip, ::archive_read_support_filter_bzip2,
        ::archive_read_support_filter_xz, ::archive_read_support_filter_zstd}) {
    support(reader.get());
  }
  if (::archive_read_open_filename(reader.get(), archive.c_str(), 256 * 1024) != ARCHIVE_OK) {
    const char* why = ::archive_error_string(reader.get());
    throw Error(ErrorKind::kInvalid,
                std::string("not a readable tar archive: ") + (why ? why : "unknown format"));
  }
  Unpacking(std::move(reader), folder, limits).run();
}

}  // namespace sagebrush::container
