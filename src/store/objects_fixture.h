#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "store/database.h"
#include "store/database_fixture.h"
#include "store/objects.h"

namespace sagebrush::store {

inline std::string md5_hex(std::string_view text) {
  return to_hex(hash(HashKind::kMd5, text));
}

// An object store of its own, with a bucket "b".
class ObjectsTest : public testing::Test {
 protected:
  ObjectsTest() { objects.create_bucket("b", "us-east-1"); }

  BlobWriter blob(std::string_view text) {
    BlobWriter writer = objects.start_blob(text.size());
    writer.write(std::as_bytes(std::span(text)));
    return writer;
  }

  ObjectOutcome<ObjectInfo> put(const std::string& key, std::string_view text,
                                const WriteCondition& condition = {}) {
    return objects.put("b", key, blob(text), md5_hex(text), {}, condition);
  }

  std::string read(const std::string& key) {
    const auto opened = objects.open(
        "b", key, [](const StoredObject& object) { return Objects::Range{0, object.info.bytes}; });
    return opened ? content(opened->pieces) : "(none)";
  }

  static std::string content(const std::vector<ObjectPiece>& pieces) {
    std::string text;
    for (const ObjectPiece& piece : pieces) {
      std::string part(piece.length, '\0');
      part.resize(piece.file->read_at(piece.offset, std::as_writable_bytes(std::span(part))));
      text += part;
    }
    return text;
  }

  // Files under blobs/.
  std::size_t blob_count() const {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(fixture.folder() / "blobs")) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  DatabaseFixture fixture;
  FakeClock clock{from_ms(1'700'000'000'123)};
  Database database{fixture.url()};
  Objects objects{
      database, fixture.folder(), clock, {.garbage_grace = std::chrono::milliseconds(0)}};
};

}  // namespace sagebrush::store
