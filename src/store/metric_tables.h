#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "store/metric_point.h"

namespace soci {
class session;
}

namespace sagebrush::store {

class Database;

struct MetricSeriesRow {
  std::int64_t id = 0;
  std::string key_text;
  std::int64_t last_s = 0;  // of the latest point in blocks
  std::uint64_t flushed_journal = 0;
};

struct MetricMarkRow {
  std::string name;
  std::uint64_t next_sequence = 0;
  std::string state;
  std::uint64_t flushed_journal = 0;
};

inline constexpr std::int64_t kMetricResolutions[] = {1, 60, 3600};
// How many seconds of points one block holds.
std::int64_t metric_block_span(std::int64_t resolution_s);

// The metrics' part of the database. Blocking.
class MetricTables {
 public:
  explicit MetricTables(Database& database) : database_(database) {}

  std::vector<MetricSeriesRow> series();
  std::vector<MetricMarkRow> marks();
  void insert(std::span<const MetricSeriesRow> rows);

  struct Flush {
    MetricSeriesRow row;
    MetricPoints points;
  };
  // Adds the points to their blocks of every resolution and updates the rows: all or nothing.
  void write(std::span<const Flush> flushes);
  void write(std::span<const MetricMarkRow> marks);
  void erase_marks(std::span<const std::string> names);

  // Points of the blocks that overlap [from_s, to_s), sorted; it may be more than those.
  MetricPoints read(std::int64_t series, std::int64_t resolution_s, std::int64_t from_s,
                    std::int64_t to_s);

  // Removes up to `most` blocks that end before `before_s`; true when there may be more.
  bool erase_blocks(std::int64_t resolution_s, std::int64_t before_s, int most);
  void erase_series(std::span<const std::int64_t> ids);

 private:
  Database& database_;
};

}  // namespace sagebrush::store
