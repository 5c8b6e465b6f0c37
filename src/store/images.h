#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/image_types.h"

namespace sagebrush {
class Clock;
}

namespace sagebrush::store {

class Database;

struct ImagesOptions {
  // How long what no image names stays: layers whose manifest is still to come, images without tag
  // that an index is still to name.
  std::chrono::milliseconds garbage_grace = std::chrono::hours(1);
  std::chrono::milliseconds upload_idle = std::chrono::hours(24);  // then it is given up
  std::chrono::milliseconds collect_every = std::chrono::minutes(10);
  std::uint64_t reserve_bytes = 64 << 20;  // of the disk, kept free
};

// The registry: repositories, manifests and tags as rows in the database, layers and configurations
// as immutable files under DATA/images, each digest once whoever pushed it. What a row names is
// durable and has the digest that it is named by. All methods block and may be called from any
// thread. Throws Error{kLimitExceeded} when the disk is full. Repository names, tags and digests
// must be valid (image_names.h).
class Images {
 public:
  Images(Database& database, const std::filesystem::path& data_dir, const Clock& clock,
         ImagesOptions options = {});
  ~Images();

  // --- image_repositories.cc
  ImageOutcome<Repository> create_repository(const Repository& repository);
  ImageOutcome<Repository> find_repository(const std::string& name);
  // By name, after `after`, at most `limit`.
  std::vector<Repository> repositories(const std::string& after, int limit);
  // With `force` also with images in it.
  ImageOutcome<Repository> delete_repository(const std::string& name, bool force);
  ImageOutcome<Repository> update_repository(const std::string& name,
                                             const std::function<void(Repository&)>& change);

  // --- image_blobs.cc
  ImageOutcome<ImageBlob> find_blob(const std::string& repository, const std::string& digest);
  ImageOutcome<OpenBlob> open_blob(const std::string& repository, const std::string& digest);
  // Gives `repository` a blob of another one, without copying. kNoSuchBlob when `from` lacks it.
  ImageOutcome<ImageBlob> mount_blob(const std::string& repository, const std::string& from,
                                     const std::string& digest);
  ImageOutcome<void> delete_blob(const std::string& repository, const std::string& digest);

  // --- image_uploads.cc
  // A blob that comes in one request or many. What has come survives the request that brought it,
  // and the server.
  class Upload {
   public:
    Upload(Upload&&) noexcept;
    ~Upload();  // without finish() or cancel() it waits for the next request
    const std::string& id() const;
    std::uint64_t bytes() const;
    void write(std::span<const std::byte> piece);
    // Makes it the repository's blob, durably. Ends the upload whatever the outcome.
    ImageOutcome<ImageBlob> finish(const std::string& digest);
    void cancel();

   private:
    friend class Images;
    struct State;
    Upload(Images& images, std::shared_ptr<State> state);
    void forget();  // the row is gone
    Images* images_;
    std::shared_ptr<State> state_;
  };
  ImageOutcome<Upload> start_upload(const std::string& repository);
  ImageOutcome<Upload> resume_upload(const std::string& repository, const std::string& id);
  // How far it is, also while another request writes.
  ImageOutcome<std::uint64_t> upload_bytes(const std::string& repository, const std::string& id);

  // --- image_manifests.cc
  // Stores the manifest under its digest, and under the tag unless that is "". `content` is what
  // `manifest` was read from.
  ImageOutcome<PushedImage> put_image(const std::string& repository, const Manifest& manifest,
                                      const std::string& content, const std::string& tag);
  // `pull`: remember that it was pulled.
  ImageOutcome<StoredImage> find_image(const std::string& repository, const ImageId& id,
                                       bool pull = false);
  // Only the tag when there is no digest and other tags mean the image or `tag_only`; else the
  // image with all its tags. Answers what went.
  ImageOutcome<ImageInfo> delete_image(const std::string& repository, const ImageId& id,
                                       bool tag_only);

  // --- image_lists.cc
  ImageOutcome<std::vector<std::string>> tags(const std::string& repository,
                                              const std::string& after, int limit);
  // By digest.
  ImageOutcome<std::vector<ImageInfo>> images(const std::string& repository);
  ImageOutcome<std::vector<ImageInfo>> referrers(const std::string& repository,
                                                 const std::string& subject);

  // --- image_pins.cc
  // Keeps blobs of the repository on disk for `holder`, whatever becomes of the repository, until
  // unpin(). Answers their files. kNoSuchBlob when one is gone.
  ImageOutcome<std::vector<std::filesystem::path>> pin(const std::string& holder,
                                                       const std::string& repository,
                                                       const std::vector<std::string>& digests);
  void unpin(const std::string& holder);
  void keep_pins(const std::vector<std::string>& holders);  // releases all others

  // --- image_garbage.cc
  // Applies lifecycle policies, removes what is left over. Also done from time to time.
  void collect_garbage();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::store
