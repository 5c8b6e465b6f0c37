#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

namespace sagebrush::container {

// Room on a disk that was set aside before it was needed, as a file: so that the last lines of a
// container that filled the disk, and the word of how it ended, still find a place.
class DiskReserve {
 public:
  explicit DiskReserve(std::filesystem::path file) : file_(std::move(file)) {}
  // Does nothing when there is one. Throws Error{kLimitExceeded} when there is no room even now.
  void take() const;
  void release() const;

 private:
  std::filesystem::path file_;
};

// Below this much of free room the records of a job, and the server's own, are at risk.
bool short_of_room(const std::filesystem::path& folder);

// write_file_atomically, but a full disk makes it give the reserve away and then wait for room.
void write_when_there_is_room(const std::filesystem::path& path, std::string_view text,
                              const DiskReserve& reserve);

}  // namespace sagebrush::container
