#include "store/migrations.h"

namespace sagebrush::store {

// A series' points in blocks of one resolution (1, 60 or 3600 seconds), base64 of encode_points().
// Points that are not in a block yet are in journal files; flushed_journal is the last one whose
// points of that series are.
const std::string_view kMetricsSchema = R"sql(
CREATE TABLE metric_series (
  id BIGINT PRIMARY KEY,
  key_text TEXT NOT NULL UNIQUE,
  last_s BIGINT NOT NULL,
  flushed_journal BIGINT NOT NULL
);

CREATE TABLE metric_blocks (
  series BIGINT NOT NULL,
  resolution_s BIGINT NOT NULL,
  start_s BIGINT NOT NULL,
  points TEXT NOT NULL,
  PRIMARY KEY (series, resolution_s, start_s)
);

CREATE INDEX metric_blocks_by_age ON metric_blocks (resolution_s, start_s);

CREATE TABLE metric_marks (
  name TEXT PRIMARY KEY,
  next_sequence BIGINT NOT NULL,
  state TEXT NOT NULL,
  flushed_journal BIGINT NOT NULL
)
)sql";

}  // namespace sagebrush::store
