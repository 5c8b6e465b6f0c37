#include <algorithm>

#include "store/images_impl.h"

namespace sagebrush::store {
namespace {

constexpr int kBlobKind = 0;
constexpr int kManifestKind = 1;
// A pull writes its time down only when the last one is older: a pull should not wait for a commit.
constexpr std::chrono::milliseconds kPullTimeStep = std::chrono::hours(1);

// What a client must have sent before it sends the manifest.
std::optional<ImageProblem> missing_part(soci::session& session, const std::string& repository,
                                         const Manifest& manifest) {
  std::vector<Descriptor> blobs = manifest.layers;
  if (manifest.config) blobs.push_back(*manifest.config);
  for (const Descriptor& blob : blobs) {
    if (blob.elsewhere) continue;
    const auto row = find_linked_blob(session, repository, blob.digest);
    if (!row) return ImageProblem{ImageFault::kMissingBlob, blob.digest};
    if (row->bytes != blob.bytes) return ImageProblem{ImageFault::kWrongSize, blob.digest};
  }
  for (const Descriptor& child : manifest.manifests) {
    if (!find_image_row(session, repository, child.digest)) {
      return ImageProblem{ImageFault::kMissingManifest, child.digest};
    }
  }
  return std::nullopt;
}

void insert_reference(soci::session& session, const std::string& repository,
                      const std::string& manifest, int kind, const std::string& digest) {
  session << "INSERT INTO image_references (repository, manifest, kind, digest) "
             "VALUES (:repository, :manifest, :kind, :digest) "
             "ON CONFLICT (repository, manifest, kind, digest) DO NOTHING",
      soci::use(repository), soci::use(manifest), soci::use(kind), soci::use(digest);
}

void insert_manifest(soci::session& session, const std::string& repository,
                     const std::string& digest, const Manifest& manifest,
                     const std::string& content, long long now_ms) {
  const int is_index = manifest.is_index ? 1 : 0;
  const auto bytes = static_cast<long long>(content.size());
  const auto image_bytes = static_cast<long long>(manifest.image_bytes());
  session << "INSERT INTO image_manifests (repository, digest, media_type, artifact_type, subject, "
             "annotations, is_index, bytes, image_bytes, pushed_ms, pulled_ms, content) VALUES "
             "(:repository, :digest, :media_type, :artifact_type, :subject, :annotations, "
             ":is_index, :bytes, :image_bytes, :pushed, 0, :content)",
      soci::use(repository), soci::use(digest), soci::use(manifest.media_type),
      soci::use(manifest.artifact_type), soci::use(manifest.subject),
      soci::use(manifest.annotations), soci::use(is_index), soci::use(bytes),
      soci::use(image_bytes), soci::use(now_ms), soci::use(content);
  if (manifest.config) {
    insert_reference(session, repository, digest, kBlobKind, manifest.config->digest);
  }
  for (const Descriptor& layer : manifest.layers) {
    insert_reference(session, repository, digest, kBlobKind, layer.digest);
  }
  for (const Descriptor& child : manifest.manifests) {
    insert_reference(session, repository, digest, kManifestKind, child.digest);
  }
}

std::vector<std::string> tags_of(soci::session& session, const std::string& repository,
                                 const std::string& digest) {
  std::vector<std::string> tags;
  const soci::rowset<std::string> rows =
      (session.prepare << "SELECT tag FROM image_tags WHERE repository = :repository "
                          "AND digest = :digest ORDER BY tag",
       soci::use(repository), soci::use(digest));
  for (const std::string& tag : rows) tags.push_back(tag);
  return tags;
}

// The index that names the image, or "".
std::string index_of(soci::session& session, const std::string& repository,
                     const std::string& digest) {
  std::string manifest;
  session << "SELECT manifest FROM image_references WHERE repository = :repository "
             "AND digest = :digest AND kind = :kind LIMIT 1",
      soci::use(repository), soci::use(digest), soci::use(kManifestKind), soci::into(manifest);
  return session.got_data() ? manifest : "";
}

ImageOutcome<std::string> digest_of(soci::session& session, const std::string& repository,
                                    const ImageId& id) {
  const auto no = [](ImageFault fault) { return std::unexpected(ImageProblem{fault, ""}); };
  if (!has_repository(session, repository)) return no(ImageFault::kNoSuchRepository);
  if (id.tag.empty()) return id.digest;
  const std::string tagged = find_tag(session, repository, id.tag);
  if (tagged.empty()) return no(ImageFault::kNoSuchImage);
  if (!id.digest.empty() && id.digest != tagged) return no(ImageFault::kTagMismatch);
  return tagged;
}

ImageOutcome<StoredImage> find_whole(soci::session& session, const std::string& repository,
                                     const ImageId& id) {
  const auto digest = digest_of(session, repository, id);
  if (!digest) return std::unexpected(digest.error());
  auto image = find_image_row(session, repository, *digest);
  if (!image) return std::unexpected(ImageProblem{ImageFault::kNoSuchImage, *digest});
  image->info.tags = tags_of(session, repository, *digest);
  image->info.referenced = !index_of(session, repository, *digest).empty();
  return std::move(*image);
}

}  // namespace

std::optional<StoredImage> find_image_row(soci::session& session, const std::string& repository,
                                          const std::string& digest) {
  StoredImage image;
  ImageInfo& info = image.info;
  long long bytes = 0, image_bytes = 0, pushed = 0, pulled = 0;
  int is_index = 0;
  session << "SELECT media_type, artifact_type, subject, annotations, is_index, bytes, "
             "image_bytes, pushed_ms, pulled_ms, content FROM image_manifests "
             "WHERE repository = :repository AND digest = :digest",
      soci::use(repository), soci::use(digest), soci::into(info.media_type),
      soci::into(info.artifact_type), soci::into(info.subject), soci::into(info.annotations),
      soci::into(is_index), soci::into(bytes), soci::into(image_bytes), soci::into(pushed),
      soci::into(pulled), soci::into(image.content);
  if (!session.got_data()) return std::nullopt;
  info.digest = digest;
  info.is_index = is_index != 0;
  info.manifest_bytes = static_cast<std::uint64_t>(bytes);
  info.image_bytes = static_cast<std::uint64_t>(image_bytes);
  info.pushed = from_ms(pushed);
  if (pulled != 0) info.pulled = from_ms(pulled);
  return image;
}

std::string find_tag(soci::session& session, const std::string& repository,
                     const std::string& tag) {
  std::string digest;
  session << "SELECT digest FROM image_tags WHERE repository = :repository AND tag = :tag",
      soci::use(repository), soci::use(tag), soci::into(digest);
  return session.got_data() ? digest : "";
}

void delete_image_rows(soci::session& session, const std::string& repository,
                       const std::string& digest, long long now_ms) {
  // Who was told that these blobs are there still finds them.
  session << "UPDATE image_links SET used_ms = :used WHERE repository = :repository AND digest IN "
             "(SELECT digest FROM image_references WHERE repository = :same AND manifest = "
             ":manifest AND kind = :kind)",
      soci::use(now_ms), soci::use(repository), soci::use(repository), soci::use(digest),
      soci::use(kBlobKind);
  session << "DELETE FROM image_references WHERE repository = :repository AND manifest = :manifest",
      soci::use(repository), soci::use(digest);
  session << "DELETE FROM image_tags WHERE repository = :repository AND digest = :digest",
      soci::use(repository), soci::use(digest);
  session << "DELETE FROM image_manifests WHERE repository = :repository AND digest = :digest",
      soci::use(repository), soci::use(digest);
}

ImageOutcome<PushedImage> Images::put_image(const std::string& repository, const Manifest& manifest,
                                            const std::string& content, const std::string& tag) {
  PushedImage pushed{.digest = "sha256:" + sha256_hex(content),
                     .subject = manifest.subject,
                     .there_before = false};
  return impl_->write<PushedImage>([&](soci::session& session) -> ImageOutcome<PushedImage> {
    const auto pushed_to = find_repository_row(session, repository);
    if (!pushed_to) return Impl::fault(ImageFault::kNoSuchRepository);
    const std::string tagged = tag.empty() ? "" : find_tag(session, repository, tag);
    if (!tagged.empty() && tagged != pushed.digest && is_tag_immutable(*pushed_to, tag)) {
      return Impl::fault(ImageFault::kTagImmutable, tag);
    }
    const bool known = find_image_row(session, repository, pushed.digest).has_value();
    pushed.there_before = known && (tag.empty() || tagged == pushed.digest);
    if (!known) {
      if (auto problem = missing_part(session, repository, manifest)) {
        return std::unexpected(std::move(*problem));
      }
      insert_manifest(session, repository, pushed.digest, manifest, content, impl_->now_ms());
    }
    if (!tag.empty()) {
      session << "INSERT INTO image_tags (repository, tag, digest) "
                 "VALUES (:repository, :tag, :digest) "
                 "ON CONFLICT (repository, tag) DO UPDATE SET digest = excluded.digest",
          soci::use(repository), soci::use(tag), soci::use(pushed.digest);
    }
    return pushed;
  });
}

ImageOutcome<StoredImage> Images::find_image(const std::string& repository, const ImageId& id,
                                             bool pull) {
  auto image = impl_->read<StoredImage>(
      [&](soci::session& session) { return find_whole(session, repository, id); });
  const Time now = impl_->clock.now();
  if (image && pull && (!image->info.pulled || now - *image->info.pulled > kPullTimeStep)) {
    const long long pulled = to_ms(now);
    impl_->database.write([&](soci::session& session) {
      session << "UPDATE image_manifests SET pulled_ms = :pulled WHERE repository = :repository "
                 "AND digest = :digest",
          soci::use(pulled), soci::use(repository), soci::use(image->info.digest);
    });
  }
  return image;
}

ImageOutcome<ImageInfo> Images::delete_image(const std::string& repository, const ImageId& id,
                                             bool tag_only) {
  return impl_->write<ImageInfo>([&](soci::session& session) -> ImageOutcome<ImageInfo> {
    const auto image = find_whole(session, repository, id);
    if (!image) return std::unexpected(image.error());
    const ImageInfo& info = image->info;
    if (!id.tag.empty() && (tag_only || info.tags.size() > 1)) {
      session << "DELETE FROM image_tags WHERE repository = :repository AND tag = :tag",
          soci::use(repository), soci::use(id.tag);
      ImageInfo gone = info;
      gone.tags = {id.tag};
      return gone;
    }
    if (const auto index = index_of(session, repository, info.digest); !index.empty()) {
      return Impl::fault(ImageFault::kReferenced, index);
    }
    delete_image_rows(session, repository, info.digest, impl_->now_ms());
    return info;
  });
}

}  // namespace sagebrush::store
