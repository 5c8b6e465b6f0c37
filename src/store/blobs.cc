#include "store/blobs.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "store/fail_stop.h"

namespace sagebrush::store {
namespace {

std::string folder_name(unsigned number) {
  return to_hex(std::string(1, static_cast<char>(number)));
}

}  // namespace

UnclaimedBlob::UnclaimedBlob(UnclaimedBlob&& other) noexcept
    : blobs_(std::exchange(other.blobs_, nullptr)), id_(std::move(other.id_)) {}

UnclaimedBlob::~UnclaimedBlob() {
  if (blobs_ == nullptr) return;
  blobs_->remove(id_);
  blobs_->forget(id_);
}

void UnclaimedBlob::keep() {
  std::exchange(blobs_, nullptr)->forget(id_);
}

Blobs::Blobs(std::filesystem::path folder, std::uint64_t reserve_bytes)
    : folder_(std::move(folder)), reserve_bytes_(reserve_bytes) {
  bool made = std::filesystem::create_directories(folder_);
  if (made) sync_directory(folder_.parent_path());
  for (unsigned i = 0; i < 256; ++i) {
    made = std::filesystem::create_directory(folder_ / folder_name(i)) || made;
  }
  if (made) sync_directory(folder_);
}

std::filesystem::path Blobs::path(const std::string& id) const {
  return folder_ / id.substr(0, 2) / id;
}

std::optional<File> Blobs::open(const std::string& id) const {
  const int fd = ::open(path(id).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return File(fd);
  if (errno == ENOENT) return std::nullopt;
  throw_errno("open blob " + id);
}

std::optional<UnclaimedBlob> Blobs::link(const std::string& id) {
  UnclaimedBlob copy(*this, new_id());
  if (::link(path(id).c_str(), path(copy.id()).c_str()) == 0) {
    sync_folder_of(copy.id());
    return copy;
  }
  if (errno == ENOENT) return std::nullopt;
  // File systems bound the names of one file (ext4: 65,000).
  if (errno != EMLINK) throw_errno("link blob " + id);
  const auto source = open(id);
  if (!source) return std::nullopt;
  BlobWriter writer(*this, source->size());
  std::vector<std::byte> buffer(1 << 20);
  while (const std::size_t n = source->read_at(writer.bytes(), buffer)) {
    writer.write(std::span(buffer).first(n));
  }
  return writer.finish();
}

void Blobs::remove(const std::string& id) const {
  ::unlink(path(id).c_str());
}

bool Blobs::exists(const std::string& id) const {
  return ::access(path(id).c_str(), F_OK) == 0;
}

std::vector<std::string> Blobs::list(unsigned folder) const {
  std::vector<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / folder_name(folder))) {
    ids.push_back(entry.path().filename().string());
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(ids, [this](const std::string& id) { return unclaimed_.contains(id); });
  return ids;
}

std::string Blobs::new_id() {
  std::string id = random_uuid();
  const std::lock_guard lock(mutex_);
  unclaimed_.insert(id);
  return id;
}

void Blobs::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  unclaimed_.erase(id);
}

void Blobs::require_room(std::uint64_t bytes) const {
  struct statvfs disk{};
  if (::statvfs(folder_.c_str(), &disk) != 0) throw_errno("statvfs " + folder_.string());
  const std::uint64_t room = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (room < reserve_bytes_ || room - reserve_bytes_ < bytes) {
    throw Error(ErrorKind::kLimitExceeded, "The server's disk has no room for " +
                                               human_bytes(bytes) + " (" + human_bytes(room) +
                                               " free, " + human_bytes(reserve_bytes_) + " kept).");
  }
}

void Blobs::sync_folder_of(const std::string& id) const {
  const File folder = File::open(path(id).parent_path(), O_RDONLY | O_DIRECTORY);
  if (::fsync(folder.fd()) != 0) fail_stop("fsync of a blob folder");
}

}  // namespace sagebrush::store
