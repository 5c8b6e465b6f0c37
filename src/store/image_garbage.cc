#include <unistd.h>

#include <algorithm>
#include <exception>
#include <unordered_set>

#include "base/log.h"
#include "store/image_lifecycle.h"
#include "store/images_impl.h"

namespace sagebrush::store {
namespace {

namespace fs = std::filesystem;

constexpr int kBlobKind = 0;

std::vector<std::string> read_texts(soci::session& session, const std::string& sql) {
  std::vector<std::string> texts;
  const soci::rowset<std::string> rows = session.prepare << sql;
  for (const std::string& text : rows) texts.push_back(text);
  return texts;
}

std::unordered_set<std::string> read_set(Database& database, const std::string& sql) {
  std::unordered_set<std::string> all;
  database.read([&](soci::session& session) {
    for (std::string& text : read_texts(session, sql)) all.insert(std::move(text));
  });
  return all;
}

}  // namespace

Images::Impl::Impl(Database& the_database, const fs::path& data_dir, const Clock& the_clock,
                   const ImagesOptions& the_options)
    : database(the_database),
      clock(the_clock),
      options(the_options),
      blobs(data_dir / "images", the_options.reserve_bytes),
      uploads_folder(data_dir / "images" / "uploads") {
  if (fs::create_directories(uploads_folder)) sync_directory(uploads_folder.parent_path());
  sweep();
  thread = std::thread([this] { janitor(); });
}

Images::Impl::~Impl() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  changed.notify_all();
  thread.join();
}

Images::Images(Database& database, const fs::path& data_dir, const Clock& clock,
               ImagesOptions options)
    : impl_(std::make_unique<Impl>(database, data_dir, clock, options)) {}

Images::~Images() = default;

void Images::Impl::sweep() {
  const auto named = read_set(database, "SELECT blob FROM image_blobs");
  std::size_t found = 0;
  for (unsigned folder = 0; folder < 256; ++folder) {
    for (const std::string& blob : blobs.list(folder)) {
      if (named.contains(blob)) {
        ++found;
      } else {
        spdlog::info("removing a blob that no image names: {}", blob);
        blobs.remove(blob);
      }
    }
  }
  if (found != named.size()) {
    for (const std::string& blob : named) {
      if (!blobs.exists(blob)) spdlog::critical("a layer's bytes are gone: blob {}", blob);
    }
  }
  const auto begun = read_set(database, "SELECT id FROM image_uploads");
  for (const auto& entry : fs::directory_iterator(uploads_folder)) {
    if (!begun.contains(entry.path().filename().string())) fs::remove(entry.path());
  }
}

// What fails is logged and tried again: nothing here may end the server.
void Images::Impl::janitor() {
  std::unique_lock lock(mutex);
  while (!changed.wait_for(lock, options.collect_every, [this] { return stopping; })) {
    lock.unlock();
    try {
      give_up_idle_uploads();
      apply_lifecycle_policies();
      collect_blobs();
    } catch (const std::exception& error) {
      spdlog::error("garbage collection of the registry: {}", error.what());
    }
    lock.lock();
  }
}

void Images::collect_garbage() {
  impl_->give_up_idle_uploads();
  impl_->apply_lifecycle_policies();
  impl_->collect_blobs();
}

void Images::Impl::give_up_idle_uploads() {
  const auto idle_since = fs::file_time_type::clock::now() - options.upload_idle;
  for (const std::string& id : read_set(database, "SELECT id FROM image_uploads")) {
    {
      const std::lock_guard lock(mutex);
      std::error_code missing;
      const auto written = fs::last_write_time(upload_file(id), missing);
      const auto known = uploads.find(id);
      if (known != uploads.end() && (known->second->writer || missing)) continue;
      if (!missing && written > idle_since) continue;
      // From here on resume_upload() finds no file.
      ::unlink(upload_file(id).c_str());
      if (known != uploads.end()) uploads.erase(known);
    }
    database.write([&](soci::session& session) {
      session << "DELETE FROM image_uploads WHERE id = :id", soci::use(id);
    });
  }
}

// An image without tag may be one that a push is about to name in an index: it gets its time.
void Images::Impl::apply_lifecycle_policies() {
  const auto repositories =
      read_set(database, "SELECT name FROM image_repositories WHERE lifecycle_policy <> ''");
  for (const std::string& name : repositories) {
    database.write([&](soci::session& session) {
      std::string policy;
      session << "SELECT lifecycle_policy FROM image_repositories WHERE name = :name",
          soci::use(name), soci::into(policy);
      if (!session.got_data() || policy.empty()) return;
      const Time now = clock.now();
      auto images = list_images(session, name);
      std::erase_if(images, [&](const ImageInfo& image) {
        return image.tags.empty() && now - image.pushed < options.garbage_grace;
      });
      for (const Expiry& expiry : expired_images(parse_lifecycle_policy(policy), images, now)) {
        spdlog::info("lifecycle policy of {}: rule {} expires {}", name, expiry.priority,
                     expiry.digest);
        delete_image_rows(session, name, expiry.digest, to_ms(now));
      }
    });
  }
}

// The rows go first: a file without row is removed at the next start, a row without file would be a
// layer that is lost.
void Images::Impl::collect_blobs() {
  const long long before = now_ms() - options.garbage_grace.count();
  std::vector<std::string> files;
  database.write([&](soci::session& session) {
    session << "DELETE FROM image_links WHERE used_ms <= :before AND NOT EXISTS (SELECT 1 FROM "
               "image_references r WHERE r.repository = image_links.repository AND r.digest = "
               "image_links.digest AND r.kind = :kind)",
        soci::use(before), soci::use(kBlobKind);
    std::vector<std::string> digests;
    std::string digest, blob;
    soci::statement statement =
        (session.prepare << "SELECT digest, blob FROM image_blobs b WHERE used_ms <= :before "
                            "AND NOT EXISTS (SELECT 1 FROM image_links l WHERE l.digest = "
                            "b.digest) AND NOT EXISTS (SELECT 1 FROM image_pins p WHERE p.digest "
                            "= b.digest)",
         soci::use(before), soci::into(digest), soci::into(blob));
    statement.execute();
    while (statement.fetch()) {
      digests.push_back(digest);
      files.push_back(blob);
    }
    for (const std::string& gone : digests) {
      session << "DELETE FROM image_blobs WHERE digest = :digest", soci::use(gone);
    }
  });
  for (const std::string& file : files) blobs.remove(file);
}

}  // namespace sagebrush::store
