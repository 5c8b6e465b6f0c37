#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "store/images_impl.h"

namespace sagebrush::store {
namespace {

constexpr int kManifestKind = 1;

using TagsByDigest = std::unordered_map<std::string, std::vector<std::string>>;

TagsByDigest tags_by_digest(soci::session& session, const std::string& repository) {
  TagsByDigest all;
  std::string tag, digest;
  soci::statement statement =
      (session.prepare << "SELECT tag, digest FROM image_tags WHERE repository = :repository "
                          "ORDER BY tag",
       soci::use(repository), soci::into(tag), soci::into(digest));
  statement.execute();
  while (statement.fetch()) all[digest].push_back(tag);
  return all;
}

std::unordered_set<std::string> images_in_indexes(soci::session& session,
                                                  const std::string& repository) {
  std::unordered_set<std::string> all;
  const soci::rowset<std::string> rows =
      (session.prepare << "SELECT DISTINCT digest FROM image_references "
                          "WHERE repository = :repository AND kind = :kind",
       soci::use(repository), soci::use(kManifestKind));
  for (const std::string& digest : rows) all.insert(digest);
  return all;
}

}  // namespace

std::vector<ImageInfo> list_images(soci::session& session, const std::string& repository) {
  const auto tags = tags_by_digest(session, repository);
  const auto in_indexes = images_in_indexes(session, repository);
  std::vector<ImageInfo> all;
  ImageInfo info;
  long long bytes = 0, image_bytes = 0, pushed = 0, pulled = 0;
  int is_index = 0;
  soci::statement statement =
      (session.prepare << "SELECT digest, media_type, artifact_type, subject, annotations, "
                          "is_index, bytes, image_bytes, pushed_ms, pulled_ms FROM "
                          "image_manifests WHERE repository = :repository ORDER BY digest",
       soci::use(repository), soci::into(info.digest), soci::into(info.media_type),
       soci::into(info.artifact_type), soci::into(info.subject), soci::into(info.annotations),
       soci::into(is_index), soci::into(bytes), soci::into(image_bytes), soci::into(pushed),
       soci::into(pulled));
  statement.execute();
  while (statement.fetch()) {
    info.is_index = is_index != 0;
    info.manifest_bytes = static_cast<std::uint64_t>(bytes);
    info.image_bytes = static_cast<std::uint64_t>(image_bytes);
    info.pushed = from_ms(pushed);
    info.pulled = pulled != 0 ? std::optional(from_ms(pulled)) : std::nullopt;
    const auto found = tags.find(info.digest);
    info.tags = found != tags.end() ? found->second : std::vector<std::string>();
    info.referenced = in_indexes.contains(info.digest);
    all.push_back(info);
  }
  return all;
}

ImageOutcome<std::vector<std::string>> Images::tags(const std::string& repository,
                                                    const std::string& after, int limit) {
  using Tags = std::vector<std::string>;
  return impl_->read<Tags>([&](soci::session& session) -> ImageOutcome<Tags> {
    if (!has_repository(session, repository)) return Impl::fault(ImageFault::kNoSuchRepository);
    Tags tags;
    const soci::rowset<std::string> rows =
        (session.prepare << "SELECT tag FROM image_tags WHERE repository = :repository "
                            "AND tag > :after ORDER BY tag LIMIT :limit",
         soci::use(repository), soci::use(after), soci::use(limit));
    for (const std::string& tag : rows) tags.push_back(tag);
    return tags;
  });
}

ImageOutcome<std::vector<ImageInfo>> Images::images(const std::string& repository) {
  using Infos = std::vector<ImageInfo>;
  return impl_->read<Infos>([&](soci::session& session) -> ImageOutcome<Infos> {
    if (!has_repository(session, repository)) return Impl::fault(ImageFault::kNoSuchRepository);
    return list_images(session, repository);
  });
}

ImageOutcome<std::vector<ImageInfo>> Images::referrers(const std::string& repository,
                                                       const std::string& subject) {
  using Infos = std::vector<ImageInfo>;
  return impl_->read<Infos>([&](soci::session& session) -> ImageOutcome<Infos> {
    if (!has_repository(session, repository)) return Impl::fault(ImageFault::kNoSuchRepository);
    std::vector<std::string> digests;
    const soci::rowset<std::string> rows =
        (session.prepare << "SELECT digest FROM image_manifests WHERE repository = :repository "
                            "AND subject = :subject ORDER BY digest",
         soci::use(repository), soci::use(subject));
    for (const std::string& digest : rows) digests.push_back(digest);
    Infos infos;
    for (const std::string& digest : digests) {
      if (auto image = find_image_row(session, repository, digest)) {
        infos.push_back(std::move(image->info));
      }
    }
    return infos;
  });
}

}  // namespace sagebrush::store
