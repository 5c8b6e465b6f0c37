#include "store/migrations.h"

namespace sagebrush::store {

// A repository has a blob while a row of image_links says so; a blob's file stays while a link or a
// pin is there. image_references says which blobs (kind 0) and manifests (kind 1) a manifest names.
const std::string_view kImagesSchema = R"sql(
CREATE TABLE image_repositories (
  name             TEXT PRIMARY KEY,
  region           TEXT NOT NULL,
  created_ms       BIGINT NOT NULL,
  immutable_tags   INTEGER NOT NULL,
  settings         TEXT NOT NULL,
  lifecycle_policy TEXT NOT NULL,
  preview_policy   TEXT NOT NULL,
  access_policy    TEXT NOT NULL
);
CREATE TABLE image_blobs (
  digest  TEXT PRIMARY KEY,
  bytes   BIGINT NOT NULL,
  blob    TEXT NOT NULL,
  used_ms BIGINT NOT NULL
);
CREATE TABLE image_links (
  repository TEXT NOT NULL,
  digest     TEXT NOT NULL,
  used_ms    BIGINT NOT NULL,
  PRIMARY KEY (repository, digest)
);
CREATE INDEX image_links_by_digest ON image_links (digest);
CREATE TABLE image_manifests (
  repository    TEXT NOT NULL,
  digest        TEXT NOT NULL,
  media_type    TEXT NOT NULL,
  artifact_type TEXT NOT NULL,
  subject       TEXT NOT NULL,
  annotations   TEXT NOT NULL,
  is_index      INTEGER NOT NULL,
  bytes         BIGINT NOT NULL,
  image_bytes   BIGINT NOT NULL,
  pushed_ms     BIGINT NOT NULL,
  pulled_ms     BIGINT NOT NULL,
  content       TEXT NOT NULL,
  PRIMARY KEY (repository, digest)
);
CREATE INDEX image_manifests_by_subject ON image_manifests (repository, subject);
CREATE TABLE image_references (
  repository TEXT NOT NULL,
  manifest   TEXT NOT NULL,
  kind       INTEGER NOT NULL,
  digest     TEXT NOT NULL,
  PRIMARY KEY (repository, manifest, kind, digest)
);
CREATE INDEX image_references_by_digest ON image_references (repository, digest, kind);
CREATE TABLE image_tags (
  repository TEXT NOT NULL,
  tag        TEXT NOT NULL,
  digest     TEXT NOT NULL,
  PRIMARY KEY (repository, tag)
);
CREATE INDEX image_tags_by_digest ON image_tags (repository, digest);
CREATE TABLE image_uploads (
  id         TEXT PRIMARY KEY,
  repository TEXT NOT NULL,
  started_ms BIGINT NOT NULL
);
CREATE TABLE image_pins (
  holder TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (holder, digest)
);
CREATE INDEX image_pins_by_digest ON image_pins (digest)
)sql";

// Patterns, one a line.
const std::string_view kTagExclusionsSchema = R"sql(
ALTER TABLE image_repositories ADD COLUMN tag_exclusions TEXT NOT NULL DEFAULT ''
)sql";

}  // namespace sagebrush::store
