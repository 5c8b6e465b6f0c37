#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/error.h"
#include "store/blobs.h"
#include "store/fail_stop.h"

namespace sagebrush::store {
namespace {

// Below this, a small file's allocation is not worth a call of its own.
constexpr std::uint64_t kAllocateFrom = 1 << 20;
// Dirty pages handed to the disk while the body still comes, so that the sync at the end is short.
constexpr std::uint64_t kFlushEvery = 8 << 20;

void sync_blob(const File& file) {
  if (::fdatasync(file.fd()) == 0) return;
  // A full disk is no lie of the disk: the bytes are refused and no row will name them.
  if (errno == ENOSPC || errno == EDQUOT) throw_errno("write a blob");
  fail_stop("fdatasync of a blob");
}

}  // namespace

BlobWriter::BlobWriter(Blobs& blobs, std::optional<std::uint64_t> expected_bytes) : blobs_(&blobs) {
  blobs.require_room(expected_bytes.value_or(0));
  // Without a name until finish(): a killed server leaves nothing.
  file_ = File::open(blobs.folder_, O_TMPFILE | O_WRONLY, 0600);
  if (expected_bytes.value_or(0) >= kAllocateFrom &&
      ::fallocate(file_.fd(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(*expected_bytes)) != 0 &&
      errno != EOPNOTSUPP) {
    throw_errno("reserve room for a blob");
  }
}

BlobWriter::BlobWriter(Blobs& blobs, std::filesystem::path partial)
    : blobs_(&blobs), partial_(std::move(partial)) {
  blobs.require_room(0);
  file_ = File::open(partial_, O_WRONLY | O_APPEND | O_CREAT, 0600);
  bytes_ = flushed_ = file_.size();
}

void BlobWriter::write(std::span<const std::byte> piece) {
  file_.write_all(piece);
  bytes_ += piece.size();
  if (bytes_ - flushed_ < kFlushEvery) return;
  ::sync_file_range(file_.fd(), static_cast<off_t>(flushed_), static_cast<off_t>(bytes_ - flushed_),
                    SYNC_FILE_RANGE_WRITE);
  flushed_ = bytes_;
}

// The name is made before the bytes are synced: no row names it yet, and then one journal commit of
// ext4 carries both.
UnclaimedBlob BlobWriter::finish() {
  UnclaimedBlob blob(*blobs_, blobs_->new_id());
  const std::string name = blobs_->path(blob.id()).string();
  const std::string open_file = "/proc/self/fd/" + std::to_string(file_.fd());
  const int failed = partial_.empty() ? ::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD,
                                                 name.c_str(), AT_SYMLINK_FOLLOW)
                                      : ::rename(partial_.c_str(), name.c_str());
  if (failed != 0) throw_errno("name a blob");
  sync_blob(file_);
  file_.close();
  blobs_->sync_folder_of(blob.id());
  return blob;
}

}  // namespace sagebrush::store
