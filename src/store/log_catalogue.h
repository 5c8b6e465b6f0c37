#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/log_event.h"
#include "store/log_summary.h"

namespace sagebrush::store {

class Database;

struct LogStreamRow {
  std::string group;
  std::string name;
  std::string id;  // 16 hex digits; names the segment
  Time created;
  LogSummary checkpoint;
};

struct LogCheckpoint {
  std::string stream_id;
  LogSummary summary;
};

// The rows behind Logs. Errors are as Logs says.
class LogCatalogue {
 public:
  explicit LogCatalogue(Database& database) : database_(database) {}

  void create_group(const std::string& group, Time now);
  // Answers the ids of the streams that went with it; they stand in garbage() until forget_garbage.
  std::vector<std::string> delete_group(const std::string& group);
  std::optional<LogGroup> find_group(const std::string& group);
  std::vector<LogGroup> groups(const std::string& prefix, const std::string& pattern,
                               const std::string& after, int limit);
  void set_retention(const std::string& group, std::optional<int> days);

  void create_stream(const std::string& group, const std::string& stream, Time now);
  void ensure_stream(const std::string& group, const std::string& stream, Time now);
  std::string delete_stream(const std::string& group, const std::string& stream);  // its id
  std::optional<LogStreamRow> find_stream(const std::string& group, const std::string& stream);
  LogStreamRow stream(const std::string& group, const std::string& stream);
  // By name: those that begin with `prefix` and come after `after` (before it when descending; ""
  // is no bound). limit 0: all.
  std::vector<LogStreamRow> streams(const std::string& group, const std::string& prefix,
                                    const std::string& after, bool descending, int limit);

  void save(const std::vector<LogCheckpoint>& checkpoints);
  std::vector<std::string> garbage();
  void forget_garbage(const std::vector<std::string>& stream_ids);

 private:
  Database& database_;
};

[[noreturn]] void throw_no_log_group();
[[noreturn]] void throw_no_log_stream();

}  // namespace sagebrush::store
