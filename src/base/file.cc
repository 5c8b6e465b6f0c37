#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace sagebrush {

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

File File::open(const std::filesystem::path& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) throw_errno("open " + path.string());
  return File(fd);
}

int File::release() {
  return std::exchange(fd_, -1);
}

void File::close() {
  if (fd_ >= 0 && ::close(release()) != 0) throw_errno("close");
}

void File::write_all(std::span<const std::byte> data) const {
  while (!data.empty()) {
    const ssize_t n = ::write(fd_, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write");
    data = data.subspan(static_cast<std::size_t>(n));
  }
}

void File::write_all(std::string_view data) const {
  write_all(std::as_bytes(std::span(data)));
}

std::size_t File::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  for (;;) {
    const ssize_t n = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw_errno("read");
  }
}

std::uint64_t File::size() const {
  struct stat status{};
  if (::fstat(fd_, &status) != 0) throw_errno("fstat");
  return static_cast<std::uint64_t>(status.st_size);
}

void File::sync_data() const {
  if (::fdatasync(fd_) != 0) throw_errno("fdatasync");
}

std::string read_file(const std::filesystem::path& path) {
  const File file = File::open(path, O_RDONLY);
  std::string content;
  std::size_t filled = 0;
  for (;;) {
    content.resize(filled + 64 * 1024);
    const auto room = std::as_writable_bytes(std::span(content)).subspan(filled);
    const std::size_t n = file.read_at(filled, room);
    filled += n;
    if (n == 0) break;
  }
  content.resize(filled);
  return content;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode) {
  const auto temporary =
      path.parent_path() / ("." + path.filename().string() + "." + random_hex(8));
  try {
    File file = File::open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    file.write_all(content);
    file.sync_data();
    file.close();
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename to " + path.string());
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

void sync_directory(const std::filesystem::path& directory) {
  const File file = File::open(directory, O_RDONLY | O_DIRECTORY);
  if (::fsync(file.fd()) != 0) throw_errno("fsync " + directory.string());
}

namespace {

void let_owner_in(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::vector<fs::path> folders{root};
  while (!folders.empty()) {
    const fs::path folder = std::move(folders.back());
    folders.pop_back();
    std::error_code ignored;
    fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, ignored);
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.symlink_status().type() == fs::file_type::directory)
        folders.push_back(entry.path());
    }
  }
}

}  // namespace

void remove_tree(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (!failed) return;
  let_owner_in(path);
  std::filesystem::remove_all(path, failed);
  if (failed) throw Error(ErrorKind::kIo, "remove " + path.string() + ": " + failed.message());
}

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path& parent) {
  const auto base = parent.empty() ? std::filesystem::temp_directory_path() : parent;
  std::string name = (base / "sagebrush-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw_errno("mkdtemp " + name);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sagebrush
