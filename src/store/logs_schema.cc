#include "store/migrations.h"

namespace sagebrush::store {

// Events themselves are in segment files (log_segment.h). A stream's row keeps a checkpoint: what
// the first checkpoint_bytes of its segment hold, so that recovery and listings need only look at
// what was appended since. log_garbage names segments whose stream is gone and whose file may not
// be yet.
const std::string_view kLogsSchema = R"sql(
CREATE TABLE log_groups (
  name TEXT PRIMARY KEY,
  created_ms BIGINT NOT NULL,
  retention_days BIGINT NOT NULL
);

CREATE TABLE log_streams (
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  created_ms BIGINT NOT NULL,
  checkpoint_bytes BIGINT NOT NULL,
  first_event_ms BIGINT NOT NULL,
  last_event_ms BIGINT NOT NULL,
  last_ingestion_ms BIGINT NOT NULL,
  next_sequence BIGINT NOT NULL,
  PRIMARY KEY (group_name, name)
);

CREATE TABLE log_garbage (
  id TEXT PRIMARY KEY
)
)sql";

}  // namespace sagebrush::store
