#include "store/migrations.h"

namespace sagebrush::store {

// Keys are stored by key_column.h. `meta` is the object's headers as JSON (object_meta.h); storage
// class and checksum ("CRC32/FULL_OBJECT") repeat what it holds, for lists. An object's bytes are
// one blob (blob not '') or, of a completed multipart upload, its parts in object_parts. A blob
// belongs to exactly one row.
const std::string_view kObjectsSchema = R"sql(
CREATE TABLE buckets (
  name       TEXT PRIMARY KEY,
  id         BIGINT NOT NULL UNIQUE,
  region     TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE TABLE objects (
  bucket      BIGINT NOT NULL,
  key         TEXT NOT NULL,
  id          TEXT NOT NULL,
  bytes       BIGINT NOT NULL,
  etag        TEXT NOT NULL,
  modified_ms BIGINT NOT NULL,
  blob        TEXT NOT NULL,
  parts       BIGINT NOT NULL,
  class       TEXT NOT NULL,
  checksum    TEXT NOT NULL,
  meta        TEXT NOT NULL,
  PRIMARY KEY (bucket, key)
);
CREATE TABLE object_parts (
  object     TEXT NOT NULL,
  number     BIGINT NOT NULL,
  bytes      BIGINT NOT NULL,
  etag       TEXT NOT NULL,
  checksums  TEXT NOT NULL,
  blob       TEXT NOT NULL,
  PRIMARY KEY (object, number)
);
CREATE TABLE uploads (
  id         TEXT PRIMARY KEY,
  bucket     BIGINT NOT NULL,
  key        TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  meta       TEXT NOT NULL
);
CREATE INDEX uploads_by_key ON uploads (bucket, key, id);
CREATE TABLE upload_parts (
  upload      TEXT NOT NULL,
  number      BIGINT NOT NULL,
  bytes       BIGINT NOT NULL,
  etag        TEXT NOT NULL,
  checksums   TEXT NOT NULL,
  modified_ms BIGINT NOT NULL,
  blob        TEXT NOT NULL,
  PRIMARY KEY (upload, number)
);
CREATE TABLE completed_uploads (
  id         TEXT PRIMARY KEY,
  bucket     BIGINT NOT NULL,
  key        TEXT NOT NULL,
  etag       TEXT NOT NULL,
  request    TEXT NOT NULL,
  done_ms    BIGINT NOT NULL
);
CREATE INDEX completed_uploads_by_time ON completed_uploads (done_ms);
CREATE TABLE blob_garbage (
  blob TEXT PRIMARY KEY
)
)sql";

}  // namespace sagebrush::store
