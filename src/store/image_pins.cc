#include <unordered_set>

#include "store/images_impl.h"

namespace sagebrush::store {

ImageOutcome<std::vector<std::filesystem::path>> Images::pin(
    const std::string& holder, const std::string& repository,
    const std::vector<std::string>& digests) {
  using Paths = std::vector<std::filesystem::path>;
  return impl_->write<Paths>([&](soci::session& session) -> ImageOutcome<Paths> {
    Paths paths;
    for (const std::string& digest : digests) {
      const auto row = find_linked_blob(session, repository, digest);
      if (!row) return Impl::fault(ImageFault::kNoSuchBlob, digest);
      paths.push_back(impl_->blobs.path(row->blob));
    }
    for (const std::string& digest : digests) {
      session << "INSERT INTO image_pins (holder, digest) VALUES (:holder, :digest) "
                 "ON CONFLICT (holder, digest) DO NOTHING",
          soci::use(holder), soci::use(digest);
    }
    return paths;
  });
}

void Images::unpin(const std::string& holder) {
  impl_->database.write([&](soci::session& session) {
    session << "DELETE FROM image_pins WHERE holder = :holder", soci::use(holder);
  });
}

void Images::keep_pins(const std::vector<std::string>& holders) {
  const std::unordered_set<std::string> kept(holders.begin(), holders.end());
  impl_->database.write([&](soci::session& session) {
    std::vector<std::string> gone;
    const soci::rowset<std::string> rows = session.prepare
                                           << "SELECT DISTINCT holder FROM image_pins";
    for (const std::string& holder : rows) {
      if (!kept.contains(holder)) gone.push_back(holder);
    }
    for (const std::string& holder : gone) {
      session << "DELETE FROM image_pins WHERE holder = :holder", soci::use(holder);
    }
  });
}

}  // namespace sagebrush::store
