#include "store/images_impl.h"

namespace sagebrush::store {
namespace {

constexpr int kBlobKind = 0;

ImageOutcome<BlobRow> linked_blob(soci::session& session, const std::string& repository,
                                  const std::string& digest, long long* used_ms = nullptr) {
  if (auto row = find_linked_blob(session, repository, digest, used_ms)) return std::move(*row);
  return std::unexpected(ImageProblem{
      has_repository(session, repository) ? ImageFault::kNoSuchBlob : ImageFault::kNoSuchRepository,
      digest});
}

}  // namespace

std::optional<BlobRow> find_blob_row(soci::session& session, const std::string& digest) {
  BlobRow row;
  long long bytes = 0;
  session << "SELECT bytes, blob FROM image_blobs WHERE digest = :digest", soci::use(digest),
      soci::into(bytes), soci::into(row.blob);
  if (!session.got_data()) return std::nullopt;
  row.bytes = static_cast<std::uint64_t>(bytes);
  return row;
}

std::optional<BlobRow> find_linked_blob(soci::session& session, const std::string& repository,
                                        const std::string& digest, long long* used_ms) {
  BlobRow row;
  long long bytes = 0;
  long long used = 0;
  session << "SELECT b.bytes, b.blob, l.used_ms FROM image_links l JOIN image_blobs b "
             "ON b.digest = l.digest WHERE l.repository = :repository AND l.digest = :digest",
      soci::use(repository), soci::use(digest), soci::into(bytes), soci::into(row.blob),
      soci::into(used);
  if (!session.got_data()) return std::nullopt;
  row.bytes = static_cast<std::uint64_t>(bytes);
  if (used_ms) *used_ms = used;
  return row;
}

void link_blob(soci::session& session, const std::string& repository, const std::string& digest,
               long long now_ms) {
  session << "INSERT INTO image_links (repository, digest, used_ms) "
             "VALUES (:repository, :digest, :used) "
             "ON CONFLICT (repository, digest) DO UPDATE SET used_ms = excluded.used_ms",
      soci::use(repository), soci::use(digest), soci::use(now_ms);
}

// A push asks which blobs are there before it sends a manifest that names them: to have been told
// yes keeps a blob as fresh as having sent it.
ImageOutcome<ImageBlob> Images::find_blob(const std::string& repository,
                                          const std::string& digest) {
  long long used = 0;
  const auto row = impl_->read<BlobRow>(
      [&](soci::session& session) { return linked_blob(session, repository, digest, &used); });
  if (!row) return std::unexpected(row.error());
  const long long now = impl_->now_ms();
  if (now - used < impl_->options.garbage_grace.count() / 4) return ImageBlob{digest, row->bytes};
  return impl_->write<ImageBlob>([&](soci::session& session) -> ImageOutcome<ImageBlob> {
    const auto still = linked_blob(session, repository, digest);
    if (!still) return std::unexpected(still.error());
    link_blob(session, repository, digest, now);
    return ImageBlob{digest, still->bytes};
  });
}

ImageOutcome<OpenBlob> Images::open_blob(const std::string& repository, const std::string& digest) {
  const auto row = impl_->read<BlobRow>(
      [&](soci::session& session) { return linked_blob(session, repository, digest); });
  if (!row) return std::unexpected(row.error());
  auto file = impl_->blobs.open(row->blob);
  if (!file) return Impl::fault(ImageFault::kNoSuchBlob, digest);
  return OpenBlob{row->bytes, std::move(*file)};
}

ImageOutcome<ImageBlob> Images::mount_blob(const std::string& repository, const std::string& from,
                                           const std::string& digest) {
  return impl_->write<ImageBlob>([&](soci::session& session) -> ImageOutcome<ImageBlob> {
    if (!has_repository(session, repository)) return Impl::fault(ImageFault::kNoSuchRepository);
    const auto row = find_linked_blob(session, from, digest);
    if (!row) return Impl::fault(ImageFault::kNoSuchBlob, digest);
    link_blob(session, repository, digest, impl_->now_ms());
    return ImageBlob{digest, row->bytes};
  });
}

ImageOutcome<void> Images::delete_blob(const std::string& repository, const std::string& digest) {
  return impl_->write<void>([&](soci::session& session) -> ImageOutcome<void> {
    const auto row = linked_blob(session, repository, digest);
    if (!row) return std::unexpected(row.error());
    std::string manifest;
    session << "SELECT manifest FROM image_references WHERE repository = :repository "
               "AND digest = :digest AND kind = :kind LIMIT 1",
        soci::use(repository), soci::use(digest), soci::use(kBlobKind), soci::into(manifest);
    if (session.got_data()) return Impl::fault(ImageFault::kReferenced, manifest);
    session << "DELETE FROM image_links WHERE repository = :repository AND digest = :digest",
        soci::use(repository), soci::use(digest);
    return {};
  });
}

}  // namespace sagebrush::store
