#include "store/migrations.h"

namespace sagebrush::store {

// Names that differ by case alone would share one ARN, whose name part is lower-case.
// created_ms and modified_ms repeat what the document holds, for order and filters.
const std::string_view kJobsSchema = R"sql(
CREATE TABLE jobs (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  status      TEXT NOT NULL,
  created_ms  BIGINT NOT NULL,
  modified_ms BIGINT NOT NULL,
  version     BIGINT NOT NULL,
  document    TEXT NOT NULL
);
CREATE UNIQUE INDEX jobs_by_name ON jobs (kind, lower(name));
CREATE INDEX jobs_by_creation ON jobs (kind, created_ms, name);
CREATE INDEX jobs_by_status ON jobs (kind, status, name);
CREATE TABLE tags (
  arn   TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, key)
)
)sql";

}  // namespace sagebrush::store
