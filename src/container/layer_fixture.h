#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "agent_protocol/registry_image.h"
#include "base/error.h"
#include "base/hash.h"

namespace sagebrush::container {

// Layers that tests make up, also such as no honest program would write.
class TarMaker {
 public:
  TarMaker() {
    archive_write_set_format_pax(tar_);
    archive_write_set_bytes_per_block(tar_, 0);
    archive_write_open(
        tar_, this, nullptr,
        [](archive*, void* self, const void* data, std::size_t size) {
          static_cast<TarMaker*>(self)->bytes_.append(static_cast<const char*>(data), size);
          return static_cast<la_ssize_t>(size);
        },
        nullptr);
  }
  ~TarMaker() { archive_write_free(tar_); }
  TarMaker(const TarMaker&) = delete;
  TarMaker& operator=(const TarMaker&) = delete;

  TarMaker& file(const std::string& name, const std::string& text = "", unsigned mode = 0644) {
    archive_entry* entry = start(name, AE_IFREG, mode);
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    return put(entry, text);
  }
  TarMaker& folder(const std::string& name, unsigned mode = 0755) {
    return put(start(name, AE_IFDIR, mode));
  }
  TarMaker& symbolic_link(const std::string& name, const std::string& target) {
    archive_entry* entry = start(name, AE_IFLNK, 0777);
    archive_entry_set_symlink(entry, target.c_str());
    return put(entry);
  }
  TarMaker& hard_link(const std::string& name, const std::string& target) {
    archive_entry* entry = start(name, AE_IFREG, 0644);
    archive_entry_set_hardlink(entry, target.c_str());
    return put(entry);
  }
  TarMaker& device(const std::string& name, unsigned major, unsigned minor) {
    archive_entry* entry = start(name, AE_IFCHR, 0666);
    archive_entry_set_rdevmajor(entry, major);
    archive_entry_set_rdevminor(entry, minor);
    return put(entry);
  }
  TarMaker& fifo(const std::string& name) { return put(start(name, AE_IFIFO, 0600)); }
  // Of the entry that comes next.
  TarMaker& with_owner(int uid, int gid) {
    uid_ = uid;
    gid_ = gid;
    return *this;
  }
  TarMaker& with_attribute(const std::string& name, const std::string& value) {
    attribute_ = {name, value};
    return *this;
  }

  std::string finish() {
    archive_write_close(tar_);
    return std::move(bytes_);
  }

 private:
  archive_entry* start(const std::string& name, unsigned type, unsigned mode) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, mode);
    archive_entry_set_uid(entry, uid_);
    archive_entry_set_gid(entry, gid_);
    archive_entry_set_mtime(entry, 1'000'000'000, 0);
    archive_entry_set_size(entry, 0);
    if (!attribute_.first.empty()) {
      archive_entry_xattr_add_entry(entry, attribute_.first.c_str(), attribute_.second.data(),
                                    attribute_.second.size());
    }
    uid_ = gid_ = 0;
    attribute_ = {};
    return entry;
  }
  TarMaker& put(archive_entry* entry, const std::string& text = "") {
    archive_write_header(tar_, entry);
    if (!text.empty()) archive_write_data(tar_, text.data(), text.size());
    archive_entry_free(entry);
    return *this;
  }

  archive* tar_ = archive_write_new();
  std::string bytes_;
  int uid_ = 0;
  int gid_ = 0;
  std::pair<std::string, std::string> attribute_;
};

// A blob on disk that says the truth about itself.
inline agent_protocol::ImageLayer store_layer(const std::filesystem::path& file,
                                              const std::string& blob, const std::string& tar) {
  std::ofstream(file, std::ios::binary) << blob;
  return {"sha256:" + sha256_hex(blob), "application/vnd.oci.image.layer.v1.tar", blob.size(), file,
          "sha256:" + sha256_hex(tar)};
}
inline agent_protocol::ImageLayer store_layer(const std::filesystem::path& file,
                                              const std::string& tar) {
  return store_layer(file, tar, tar);
}

}  // namespace sagebrush::container
