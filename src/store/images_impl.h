#pragma once

#include <soci/soci.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/time.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/images.h"

namespace sagebrush::store {

struct Images::Upload::State {
  std::string id;
  std::string repository;
  Hasher hasher{HashKind::kSha256};
  std::optional<BlobWriter> writer;  // while a request writes
  std::uint64_t bytes = 0;           // hashed and in the file; read under Impl::mutex
  std::atomic<bool> hashed = false;  // false: what the file holds is still to be read
};

struct Images::Impl {
  Impl(Database& the_database, const std::filesystem::path& data_dir, const Clock& the_clock,
       const ImagesOptions& the_options);
  ~Impl();

  template <typename T, typename Work>
  ImageOutcome<T> read(Work work) {
    ImageOutcome<T> outcome = fault(ImageFault::kNoSuchRepository);
    database.read([&](soci::session& session) { outcome = work(session); });
    return outcome;
  }

  // A fault must come before the first change.
  template <typename T, typename Work>
  ImageOutcome<T> write(Work work) {
    ImageOutcome<T> outcome = fault(ImageFault::kNoSuchRepository);
    database.write([&](soci::session& session) { outcome = work(session); });
    return outcome;
  }

  static std::unexpected<ImageProblem> fault(ImageFault fault, std::string what = "") {
    return std::unexpected(ImageProblem{fault, std::move(what)});
  }

  std::filesystem::path upload_file(const std::string& id) const { return uploads_folder / id; }
  long long now_ms() const { return to_ms(clock.now()); }
  // Files that no row names: of a server that was killed. Before anything else runs.
  void sweep();
  void janitor();
  void give_up_idle_uploads();
  void apply_lifecycle_policies();
  void collect_blobs();

  Database& database;
  const Clock& clock;
  const ImagesOptions options;
  Blobs blobs;
  const std::filesystem::path uploads_folder;

  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::map<std::string, std::shared_ptr<Upload::State>> uploads;  // that this server has seen
  std::thread thread;
};

// --- rows; each in the caller's transaction

bool has_repository(soci::session& session, const std::string& name);
std::optional<Repository> find_repository_row(soci::session& session, const std::string& name);
// Whether the tag, once there, means that image for good.
bool is_tag_immutable(const Repository& repository, const std::string& tag);
struct BlobRow {
  std::uint64_t bytes = 0;
  std::string blob;  // the file's id
};
std::optional<BlobRow> find_blob_row(soci::session& session, const std::string& digest);
// The blob as far as the repository has it; `used_ms` of the link.
std::optional<BlobRow> find_linked_blob(soci::session& session, const std::string& repository,
                                        const std::string& digest, long long* used_ms = nullptr);
void link_blob(soci::session& session, const std::string& repository, const std::string& digest,
               long long now_ms);
// Without tags.
std::optional<StoredImage> find_image_row(soci::session& session, const std::string& repository,
                                          const std::string& digest);
std::string find_tag(soci::session& session, const std::string& repository,
                     const std::string& tag);  // digest, or ""
std::vector<ImageInfo> list_images(soci::session& session, const std::string& repository);
// The manifest with its tags and references. Its blobs count as used now.
void delete_image_rows(soci::session& session, const std::string& repository,
                       const std::string& digest, long long now_ms);

}  // namespace sagebrush::store
