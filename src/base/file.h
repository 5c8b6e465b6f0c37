#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace sagebrush {

// Owns a file descriptor (always O_CLOEXEC). All methods throw as throw_errno says.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(other.release()) {}
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  static File open(const std::filesystem::path& path, int flags, unsigned mode = 0644);
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();
  void close();  // unlike the destructor, reports a failed close

  void write_all(std::span<const std::byte> data) const;
  void write_all(std::string_view data) const;
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const;  // 0 at the end
  std::uint64_t size() const;
  void sync_data() const;  // fdatasync

 private:
  int fd_ = -1;
};

std::string read_file(const std::filesystem::path& path);
// Writes a temporary file beside `path`, syncs it, renames it over `path` and syncs the folder:
// whole or not at all.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode = 0644);
void sync_directory(const std::filesystem::path& directory);

// Removes what is there, also folders whose permissions keep their owner out (a container's work).
// Never follows a link. Nothing there: fine. Throws Error{kIo}.
void remove_tree(const std::filesystem::path& path);

// A new empty folder under `parent` (the system's temporary folder when empty), removed with all in
// it at the end.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::filesystem::path& parent = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sagebrush
