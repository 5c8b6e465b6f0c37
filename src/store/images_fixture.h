#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "store/database.h"
#include "store/images.h"

namespace sagebrush::store {

inline std::string digest_of(std::string_view text) {
  return "sha256:" + sha256_hex(text);
}

// A registry with an empty repository "team/train".
class ImagesFixture {
 protected:
  ImagesFixture(const std::string& database_url, std::filesystem::path data)
      : data_folder(std::move(data)), database(database_url) {
    images.create_repository({.name = repo, .region = "us-east-1", .created = {}});
  }

  std::string push_blob(const std::string& content, const std::string& to = "team/train") {
    auto upload = images.start_upload(to);
    upload.value().write(std::as_bytes(std::span(content)));
    const auto blob = upload->finish(digest_of(content));
    EXPECT_TRUE(blob.has_value());
    return digest_of(content);
  }

  static std::string descriptor(const std::string& content) {
    return R"({"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":")" +
           digest_of(content) + R"(","size":)" + std::to_string(content.size()) + "}";
  }

  // An image of one layer; its configuration is "config of <layer>".
  static std::string manifest_of(const std::string& layer) {
    return R"({"schemaVersion":2,"config":)" + descriptor("config of " + layer) + R"(,"layers":[)" +
           descriptor(layer) + "]}";
  }

  ImageOutcome<PushedImage> put(const std::string& content, const std::string& tag,
                                std::string_view type = kOciManifest) {
    return images.put_image(repo, parse_manifest(type, content), content, tag);
  }

  // Blobs and all; answers the digest.
  std::string push_image(const std::string& layer, const std::string& tag) {
    push_blob(layer);
    push_blob("config of " + layer);
    const auto pushed = put(manifest_of(layer), tag);
    EXPECT_TRUE(pushed.has_value());
    return pushed ? pushed->digest : "";
  }

  std::vector<std::string> tags() { return images.tags(repo, "", 100).value(); }
  bool has_blob(const std::string& content) {
    return images.open_blob(repo, digest_of(content)).has_value();
  }

  std::size_t file_count(const std::string& below = "images") const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data_folder / below)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  const std::string repo = "team/train";
  const std::filesystem::path data_folder;
  FakeClock clock{from_ms(1'700'000'000'123)};
  Database database;
  Images images{database, data_folder, clock};
};

}  // namespace sagebrush::store
