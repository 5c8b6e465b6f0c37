#include <fcntl.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"
#include "store/images_impl.h"

namespace sagebrush::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadPiece = 1 << 20;

bool has_upload(soci::session& session, const std::string& repository, const std::string& id) {
  int one = 0;
  session << "SELECT 1 FROM image_uploads WHERE id = :id AND repository = :repository",
      soci::use(id), soci::use(repository), soci::into(one);
  return session.got_data();
}

void delete_upload_row(soci::session& session, const std::string& id) {
  session << "DELETE FROM image_uploads WHERE id = :id", soci::use(id);
}

// Of the server before this one: the hash begins anew.
std::uint64_t hash_file(const fs::path& path, Hasher& hasher) {
  const File file = File::open(path, O_RDONLY);
  std::vector<std::byte> buffer(kReadPiece);
  std::uint64_t bytes = 0;
  while (const std::size_t n = file.read_at(bytes, buffer)) {
    hasher.update(std::span(buffer).first(n));
    bytes += n;
  }
  return bytes;
}

// Makes the upload the repository's blob, in one transaction that may be repeated by another
// server's: what is there already by that digest is used, and our file dropped.
ImageOutcome<ImageBlob> claim(soci::session& session, const std::string& repository,
                              const std::string& upload, const ImageBlob& blob,
                              const UnclaimedBlob* file, long long now_ms, bool& taken) {
  taken = false;
  if (!has_repository(session, repository)) {
    return std::unexpected(ImageProblem{ImageFault::kNoSuchRepository, repository});
  }
  if (!find_blob_row(session, blob.digest)) {
    if (!file) return std::unexpected(ImageProblem{ImageFault::kNoSuchBlob, blob.digest});
    const auto bytes = static_cast<long long>(blob.bytes);
    session << "INSERT INTO image_blobs (digest, bytes, blob, used_ms) "
               "VALUES (:digest, :bytes, :blob, :used)",
        soci::use(blob.digest), soci::use(bytes), soci::use(file->id()), soci::use(now_ms);
    taken = true;
  }
  link_blob(session, repository, blob.digest, now_ms);
  delete_upload_row(session, upload);
  return blob;
}

}  // namespace

Images::Upload::Upload(Images& images, std::shared_ptr<State> state)
    : images_(&images), state_(std::move(state)) {}

Images::Upload::Upload(Upload&&) noexcept = default;

Images::Upload::~Upload() {
  if (!state_) return;
  const std::lock_guard lock(images_->impl_->mutex);
  state_->writer.reset();
}

const std::string& Images::Upload::id() const {
  return state_->id;
}

std::uint64_t Images::Upload::bytes() const {
  return state_->bytes;
}

void Images::Upload::write(std::span<const std::byte> piece) {
  // A piece that does not fit may be in the file in part: who goes on then reads what is there.
  state_->hashed = false;
  state_->writer->write(piece);
  state_->hasher.update(piece);
  state_->hashed = true;
  const std::lock_guard lock(images_->impl_->mutex);
  state_->bytes += piece.size();
}

void Images::Upload::forget() {
  Impl& impl = *images_->impl_;
  ::unlink(impl.upload_file(state_->id).c_str());
  const std::lock_guard lock(impl.mutex);
  state_->writer.reset();
  impl.uploads.erase(state_->id);
  state_.reset();
}

void Images::Upload::cancel() {
  images_->impl_->database.write(
      [&](soci::session& session) { delete_upload_row(session, state_->id); });
  forget();
}

ImageOutcome<ImageBlob> Images::Upload::finish(const std::string& digest) {
  Impl& impl = *images_->impl_;
  state_->hashed = false;  // the hash ends here; should the rest throw, it begins anew
  const std::string found = "sha256:" + to_hex(state_->hasher.finish());
  if (found != digest) {
    cancel();
    return Impl::fault(ImageFault::kDigestMismatch, found);
  }
  const ImageBlob blob{digest, state_->bytes};
  bool taken = false;
  const auto commit = [&](const UnclaimedBlob* file) {
    return impl.write<ImageBlob>([&](soci::session& session) {
      return claim(session, state_->repository, state_->id, blob, file, impl.now_ms(), taken);
    });
  };
  auto outcome = commit(nullptr);
  if (!outcome && outcome.error().fault == ImageFault::kNoSuchBlob) {
    UnclaimedBlob file = state_->writer->finish();
    try {
      outcome = commit(&file);
      if (taken) file.keep();
    } catch (const Error& error) {
      // The connection went in the middle of a commit: it may have held. The next start's sweep
      // knows.
      if (error.kind() == ErrorKind::kUnavailable) file.keep();
      throw;
    }
  }
  if (outcome) {
    forget();
  } else {
    cancel();
  }
  return outcome;
}

ImageOutcome<Images::Upload> Images::start_upload(const std::string& repository) {
  auto state = std::make_shared<Upload::State>();
  state->id = random_uuid();
  state->repository = repository;
  state->hashed = true;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->uploads[state->id] = state;
  }
  Upload upload(*this, state);
  const auto begun = impl_->write<bool>([&](soci::session& session) -> ImageOutcome<bool> {
    if (!has_repository(session, repository)) return Impl::fault(ImageFault::kNoSuchRepository);
    const long long now = impl_->now_ms();
    session << "INSERT INTO image_uploads (id, repository, started_ms) "
               "VALUES (:id, :repository, :started)",
        soci::use(state->id), soci::use(repository), soci::use(now);
    return true;
  });
  if (!begun) {
    upload.forget();
    return std::unexpected(begun.error());
  }
  const std::lock_guard lock(impl_->mutex);
  state->writer.emplace(impl_->blobs, impl_->upload_file(state->id));
  return upload;
}

ImageOutcome<Images::Upload> Images::resume_upload(const std::string& repository,
                                                   const std::string& id) {
  const auto bytes = upload_bytes(repository, id);
  if (!bytes) return std::unexpected(bytes.error());
  std::shared_ptr<Upload::State> state;
  {
    const std::lock_guard lock(impl_->mutex);
    auto& known = impl_->uploads[id];
    if (!known) {
      known = std::make_shared<Upload::State>();
      known->id = id;
      known->repository = repository;
    }
    if (known->writer) return Impl::fault(ImageFault::kUploadBusy, id);
    known->writer.emplace(impl_->blobs, impl_->upload_file(id));
    state = known;
  }
  Upload upload(*this, state);
  if (!state->hashed) {
    Hasher hasher(HashKind::kSha256);
    const std::uint64_t found = hash_file(impl_->upload_file(id), hasher);
    state->hasher = std::move(hasher);
    state->hashed = true;
    const std::lock_guard lock(impl_->mutex);
    state->bytes = found;
  }
  return upload;
}

ImageOutcome<std::uint64_t> Images::upload_bytes(const std::string& repository,
                                                 const std::string& id) {
  return impl_->read<std::uint64_t>([&](soci::session& session) -> ImageOutcome<std::uint64_t> {
    if (!has_upload(session, repository, id)) {
      return Impl::fault(has_repository(session, repository) ? ImageFault::kNoSuchUpload
                                                             : ImageFault::kNoSuchRepository,
                         id);
    }
    {
      const std::lock_guard lock(impl_->mutex);
      const auto known = impl_->uploads.find(id);
      if (known != impl_->uploads.end() && known->second->hashed) return known->second->bytes;
    }
    std::error_code missing;
    const auto bytes = fs::file_size(impl_->upload_file(id), missing);
    if (missing) return Impl::fault(ImageFault::kNoSuchUpload, id);
    return bytes;
  });
}

}  // namespace sagebrush::store
