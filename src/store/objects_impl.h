#pragma once

#include <soci/soci.h>

#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "store/blob_garbage.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/object_rows.h"
#include "store/objects.h"
#include "store/recent_objects.h"

namespace sagebrush::store {

// An object whose bytes have gone was overwritten meanwhile, and is looked for again; so often.
inline constexpr int kOpenAttempts = 10;

struct Objects::Impl {
  Impl(Database& the_database, const std::filesystem::path& data_dir, const Clock& the_clock,
       const ObjectsOptions& options)
      : database(the_database),
        clock(the_clock),
        blobs(data_dir / "blobs", options.reserve_bytes),
        garbage(the_database, blobs, the_clock, options.garbage_grace) {}

  // Runs `work` (session, freed) -> ObjectOutcome<T> in a write. A fault must come before the first
  // change.
  template <typename T, typename Work>
  ObjectOutcome<T> write(Work work) {
    ObjectOutcome<T> outcome = std::unexpected(ObjectFault::kNoSuchBucket);
    std::vector<std::string> freed;
    database.write([&](soci::session& session) { outcome = work(session, freed); });
    garbage.add(freed);
    return outcome;
  }

  // As write(), for work that names `blobs` in a row: they stay when it succeeds.
  template <typename T, typename Work>
  ObjectOutcome<T> claim(std::span<UnclaimedBlob> blobs_to_claim, Work work) {
    try {
      auto outcome = write<T>(std::move(work));
      if (outcome) keep(blobs_to_claim);
      return outcome;
    } catch (const Error& error) {
      // The connection went in the middle of a commit: it may have held. The next start's sweep
      // knows.
      if (error.kind() == ErrorKind::kUnavailable) keep(blobs_to_claim);
      throw;
    }
  }

  template <typename T, typename Work>
  ObjectOutcome<T> read(Work work) {
    ObjectOutcome<T> outcome = std::unexpected(ObjectFault::kNoSuchBucket);
    database.read([&](soci::session& session) { outcome = work(session); });
    return outcome;
  }

  // Held while an object is changed: whatever comes of that, it is read from the database next.
  class Change {
   public:
    Change(Impl& impl, const std::string& bucket, const std::string& key)
        : recent_(impl.recent), bucket_(bucket), key_(key) {}
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change() { recent_.forget(bucket_, key_); }

   private:
    RecentObjects& recent_;
    const std::string& bucket_;
    const std::string& key_;
  };

  static void keep(std::span<UnclaimedBlob> claimed) {
    for (UnclaimedBlob& blob : claimed) blob.keep();
  }

  Database& database;
  const Clock& clock;
  Blobs blobs;
  BlobGarbage garbage;
  RecentObjects recent;
};

}  // namespace sagebrush::store
