#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/log_event.h"

namespace sagebrush::store {

class Database;

// Log groups, streams and events. Safe for use by any thread; every call blocks on disk.
// A missing group or stream throws Error{kNotFound}, one that exists Error{kAlreadyExists}, in
// CloudWatch Logs' words.
class Logs {
 public:
  // directory: DATA/logs, made when missing. Segments are checked when they are first used, not
  // here.
  Logs(Database& database, std::filesystem::path directory, const Clock& clock);
  ~Logs();

  void create_group(const std::string& group);
  void delete_group(const std::string& group);
  std::optional<LogGroup> find_group(const std::string& group);
  // Names that begin with `prefix`, have `pattern` in them and come after `after`; by name.
  // stored_bytes is filled in.
  std::vector<LogGroup> groups(const std::string& prefix, const std::string& pattern,
                               const std::string& after, int limit);
  void set_retention(const std::string& group, std::optional<int> days);

  void create_stream(const std::string& group, const std::string& stream);
  void ensure_stream(const std::string& group,
                     const std::string& stream);  // makes what is missing, the group too
  void delete_stream(const std::string& group, const std::string& stream);
  bool has_stream(const std::string& group, const std::string& stream);
  LogStreamPage streams(const std::string& group, const LogStreamQuery& query);

  // Returns when the events are on disk and readers see them. Callers that wait together share one
  // fdatasync.
  void append(const std::string& group, const std::string& stream,
              std::span<const LogEvent> events);
  // The same for a writer that numbers its events from 0 and sends again what it is not sure of:
  // stores those that are new, makes what is missing (group, stream), and answers the number wanted
  // next. A gap (first_sequence beyond it) stores nothing.
  std::uint64_t append_sequenced(const std::string& group, const std::string& stream,
                                 std::uint64_t first_sequence, std::span<const LogEvent> events);

  LogPage read(const std::string& group, const std::string& stream, const LogReadQuery& query);
  LogSearchPage search(const std::string& group, const LogSearchQuery& query);

  // Saves how much of each segment is known to be whole. For the end of the process: without it the
  // next use of a stream reads what was appended since the last time.
  void save_checkpoints();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::store
