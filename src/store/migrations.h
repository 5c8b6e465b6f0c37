#pragma once

#include <span>
#include <string_view>

namespace sagebrush::store {

// Schema of each store, in its own <name>_schema.cc: statements separated by ';', in SQL that
// SQLite and PostgreSQL both take.
extern const std::string_view kObjectsSchema;
extern const std::string_view kIdentitiesSchema;
extern const std::string_view kLogsSchema;
extern const std::string_view kJobsSchema;
extern const std::string_view kQuotaRequestsSchema;
extern const std::string_view kWarmPoolsSchema;
extern const std::string_view kImagesSchema;
extern const std::string_view kMetricsSchema;
extern const std::string_view kTagExclusionsSchema;

struct Migration {
  int number;  // 1, 2, 3 …; applied in order, once, each in one transaction; never edited after a
               // release
  std::string_view statements;
};

std::span<const Migration> migrations();

}  // namespace sagebrush::store
