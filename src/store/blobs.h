#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/file.h"

namespace sagebrush::store {

class Blobs;

// A blob that is on disk for good but that no row names yet. Removed at the end unless keep() was
// called.
class UnclaimedBlob {
 public:
  UnclaimedBlob(Blobs& blobs, std::string id) : blobs_(&blobs), id_(std::move(id)) {}
  UnclaimedBlob(UnclaimedBlob&& other) noexcept;
  UnclaimedBlob& operator=(UnclaimedBlob&&) = delete;
  ~UnclaimedBlob();
  const std::string& id() const { return id_; }
  void keep();  // after the row's commit

 private:
  Blobs* blobs_;
  std::string id_;
};

// Takes the bytes of one blob; nothing of it stays unless finish() is called.
class BlobWriter {
 public:
  // Throws Error{kLimitExceeded} when `expected_bytes` do not fit.
  BlobWriter(Blobs& blobs, std::optional<std::uint64_t> expected_bytes);
  // Goes on with `partial`, a file beside the blobs that stays until finish() makes it the blob.
  BlobWriter(Blobs& blobs, std::filesystem::path partial);
  void write(std::span<const std::byte> piece);
  std::uint64_t bytes() const { return bytes_; }
  // Makes it durable, name and all. Blocking. Ends the process when fsync fails.
  UnclaimedBlob finish();

 private:
  Blobs* blobs_;
  std::filesystem::path partial_;
  File file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t flushed_ = 0;
};

// Files that never change: FOLDER/ab/<uuid>, "ab" its first two digits.
class Blobs {
 public:
  // Makes the 256 folders. Keeps `reserve_bytes` of the disk free.
  Blobs(std::filesystem::path folder, std::uint64_t reserve_bytes);

  std::filesystem::path path(const std::string& id) const;
  // nullopt when there is no such blob (any more).
  std::optional<File> open(const std::string& id) const;
  // A second name for the same bytes. nullopt when there is no such blob (any more).
  std::optional<UnclaimedBlob> link(const std::string& id);
  void remove(const std::string& id) const;  // fine when it is gone
  bool exists(const std::string& id) const;
  // All ids in one of the 256 folders, without unclaimed ones.
  std::vector<std::string> list(unsigned folder) const;

 private:
  friend class BlobWriter;
  friend class UnclaimedBlob;
  std::string new_id();
  void forget(const std::string& id);
  void require_room(std::uint64_t bytes) const;
  void sync_folder_of(const std::string& id) const;

  const std::filesystem::path folder_;
  const std::uint64_t reserve_bytes_;
  mutable std::mutex mutex_;
  std::unordered_set<std::string> unclaimed_;
};

}  // namespace sagebrush::store
