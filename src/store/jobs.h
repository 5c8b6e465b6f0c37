#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace sagebrush::store {

class Database;

// One job of any kind ("training", …). The document is the owner's JSON; the other columns are what
// lists order and filter by.
struct JobRow {
  std::string id;
  std::string kind;
  std::string name;
  std::string status;
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  std::int64_t version = 1;
  std::string document;
};

// What a finished job keeps for the next of its kind. The document is the owner's JSON.
struct PoolRow {
  std::string job_id;
  std::string status;  // "Available", "Reused", "Terminated"
  std::string document;
};

enum class JobOrder { kName, kCreation, kStatus };

// Where a page ended: the sort value and the name of its last row.
struct JobCursor {
  std::string text;         // status, for kStatus
  std::int64_t number = 0;  // created_ms, for kCreation
  std::string name;
};

struct JobQuery {
  std::string kind;
  std::string name_contains;                                                 // "" for all
  std::string status;                                                        // "" for all
  std::int64_t created_after_ms = INT64_MIN, created_before_ms = INT64_MAX;  // both exclusive
  std::int64_t modified_after_ms = INT64_MIN, modified_before_ms = INT64_MAX;
  JobOrder order = JobOrder::kCreation;
  bool descending = false;
  int limit = 10;
  std::optional<JobCursor> after;
};

class Jobs {
 public:
  explicit Jobs(Database& database) : database_(database) {}

  // Throws Error{kAlreadyExists} when the kind has a job of that name, in any case.
  void insert(const JobRow& row);
  // Writes row (with version + 1) if the stored version is row.version, and the pool with it; false
  // otherwise: somebody else was faster.
  bool replace(const JobRow& row, const std::optional<PoolRow>& pool = {});
  std::optional<JobRow> find(const std::string& kind, const std::string& name);
  // name: in lower case, as in an ARN.
  std::optional<JobRow> find_lower_case(const std::string& kind, const std::string& name);
  std::vector<JobRow> unfinished(const std::string& kind);  // InProgress or Stopping; oldest first
  std::vector<JobRow> list(const JobQuery& query);
  void erase(const std::string& id);  // with its pool

  // --- jobs_pools.cc
  void put_pool(const PoolRow& row);  // in place of the job's earlier one
  std::optional<PoolRow> find_pool(const std::string& job_id);
  std::vector<PoolRow> pools(const std::string& status);

 private:
  static void put_pool(soci::session& session, const PoolRow& row);

  Database& database_;
};

}  // namespace sagebrush::store
