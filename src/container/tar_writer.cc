#include "container/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "container/beneath.h"
#include "container/gzip.h"

namespace sagebrush::container {
namespace {

namespace fs = std::filesystem;

using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

class Packer {
 public:
  explicit Packer(const fs::path& target)
      : out_(File::open(target, O_WRONLY | O_CREAT | O_TRUNC)),
        gzip_([this](std::span<const std::byte> piece) {
          out_.write_all(piece);
          size_.bytes += piece.size();
        }),
        archive_(archive_write_new(), &archive_write_free) {
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_set_bytes_per_block(archive_.get(), 0);
    check(archive_write_open(archive_.get(), this, nullptr, &Packer::take, nullptr));
  }

  void add(const File& folder) {
    if (folder) add_folder(folder, "");
  }

  ArchiveSize finish() {
    check(archive_write_close(archive_.get()));
    gzip_.finish();
    out_.sync_data();
    out_.close();
    return size_;
  }

 private:
  static la_ssize_t take(archive*, void* self, const void* data, std::size_t size) {
    // A C library calls this: no exception may pass it.
    auto& packer = *static_cast<Packer*>(self);
    try {
      packer.gzip_.write({static_cast<const std::byte*>(data), size});
    } catch (const Error& error) {
      packer.failure_ = std::make_unique<Error>(error);
      return -1;
    }
    return static_cast<la_ssize_t>(size);
  }

  void check(la_ssize_t result) {
    if (failure_) throw Error(*failure_);
    if (result < ARCHIVE_WARN) {
      const char* text = archive_error_string(archive_.get());
      throw Error(ErrorKind::kIo, std::string("write archive: ") + (text ? text : "failed"));
    }
  }

  void add_folder(const File& folder, const fs::path& relative) {
    for (const auto& entry : list_folder(folder)) add(folder, entry, relative / entry.name);
  }

  void add(const File& folder, const FolderEntry& entry, const fs::path& relative) {
    const mode_t mode = entry.status.st_mode;
    const auto [known, is_new] = names_.emplace(relative, S_ISDIR(mode));
    // Folders of several roots are one; nothing lands below what is no folder.
    if (!is_new && !(known->second && S_ISDIR(mode))) return;
    if (S_ISDIR(mode)) {
      const File inner = open_in(folder, entry, O_DIRECTORY);
      if (!inner) return;
      if (is_new) write_header(relative, entry.status, AE_IFDIR, 0, "");
      add_folder(inner, relative);
    } else if (S_ISLNK(mode)) {
      const fs::path target = link_target(folder, entry);
      if (link_stays_inside(relative, target)) {
        write_header(relative, entry.status, AE_IFLNK, 0, target);
      }
    } else if (S_ISREG(mode)) {
      add_file(open_in(folder, entry, 0), relative);
    }
  }

  static File open_in(const File& folder, const FolderEntry& entry, int flags) {
    return File(::openat(folder.fd(), entry.name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags));
  }

  static fs::path link_target(const File& folder, const FolderEntry& entry) {
    std::string target(4096, '\0');
    const ssize_t size =
        ::readlinkat(folder.fd(), entry.name.c_str(), target.data(), target.size());
    target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return target;
  }

  void add_file(const File& file, const fs::path& relative) {
    struct stat status{};
    if (!file || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    write_header(relative, status, AE_IFREG, status.st_size, "");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    for (std::uint64_t at = 0; at < size;) {
      const std::size_t got = file.read_at(at, buffer_);
      if (got == 0) throw Error(ErrorKind::kIo, relative.string() + " shrank while it was packed");
      const std::size_t wanted = std::min<std::uint64_t>(got, size - at);
      check(archive_write_data(archive_.get(), buffer_.data(), wanted));
      at += wanted;
    }
  }

  void write_header(const fs::path& relative, const struct stat& status, unsigned type,
                    std::int64_t size, const fs::path& link) {
    const Entry entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), relative.c_str());
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), status.st_mode & 0777);
    archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, 0);
    archive_entry_set_size(entry.get(), size);
    if (type == AE_IFLNK) archive_entry_set_symlink(entry.get(), link.c_str());
    check(archive_write_header(archive_.get(), entry.get()));
    ++size_.entries;
  }

  File out_;
  ArchiveSize size_;
  GzipWriter gzip_;
  std::unique_ptr<Error> failure_;
  std::unique_ptr<archive, decltype(&archive_write_free)> archive_;
  std::map<std::string, bool> names_;  // what came so far; true: a folder
  std::vector<std::byte> buffer_ = std::vector<std::byte>(1 << 20);
};

}  // namespace

bool link_stays_inside(const fs::path& link, const fs::path& target) {
  if (target.is_absolute() || target.empty()) return false;
  int depth = static_cast<int>(std::distance(link.begin(), link.end())) - 1;
  for (const auto& part : target) {
    if (part == "..")
      --depth;
    else if (part != "." && !part.empty())
      ++depth;
    if (depth < 0) return false;
  }
  return true;
}

ArchiveSize pack_folder(const fs::path& root, const fs::path& relative, const fs::path& archive) {
  return pack_folders({root}, relative, archive);
}

ArchiveSize pack_folders(const std::vector<fs::path>& roots, const fs::path& relative,
                         const fs::path& archive) {
  Packer packer(archive);
  for (const auto& root : roots) packer.add(open_beneath(root, relative, O_RDONLY | O_DIRECTORY));
  return packer.finish();
}

}  // namespace sagebrush::container
