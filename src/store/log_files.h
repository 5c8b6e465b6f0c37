#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/file.h"

namespace sagebrush::store {

// Segment files of one folder, at most `most` of them kept open (those used last); whoever holds
// one keeps it open beyond that.
class LogFiles {
 public:
  LogFiles(std::filesystem::path directory, std::size_t most)
      : directory_(std::move(directory)), most_(most) {}

  // Opened for reading and writing; null when there is none.
  std::shared_ptr<const File> open(const std::string& stream_id);
  // The same, made when missing; its name is on disk when this returns. Not twice at once for one
  // stream.
  std::shared_ptr<const File> create(const std::string& stream_id);
  std::uint64_t size_on_disk(const std::string& stream_id) const;  // 0 when there is none
  void remove(const std::string& stream_id);                       // nothing when there is none

 private:
  struct Entry {
    std::string stream_id;
    std::shared_ptr<const File> file;
  };

  std::shared_ptr<const File> find(const std::string& stream_id);
  void keep(const std::string& stream_id, const std::shared_ptr<const File>& file);
  std::filesystem::path path_of(const std::string& stream_id) const;

  std::filesystem::path directory_;
  std::size_t most_;
  std::mutex mutex_;
  std::list<Entry> by_use_;  // the last used in front
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_;
};

// A quarter of the descriptors that this process may have, between 16 and 1024.
std::size_t log_files_limit();

}  // namespace sagebrush::store
