#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/metric_key.h"
#include "store/metric_point.h"

namespace sagebrush {
class Clock;
}

namespace sagebrush::store {

class Database;

// How long points of each resolution are kept.
struct MetricRetention {
  std::chrono::hours second{7 * 24};
  std::chrono::hours minute{90 * 24};
  std::chrono::hours hour{455 * 24};
};

struct MetricBatch {
  MetricKey key;
  MetricPoints points;
};

// How far the writer of a numbered stream (a log) is, and what it wants to know after a restart;
// stored with the points that it belongs to, or not at all.
struct MetricMark {
  std::string name;
  std::uint64_t next_sequence = 0;
  std::string state;
};

struct MetricInfo {
  MetricKey key;
  std::int64_t last_s = 0;  // of the latest point
};

struct MetricFilter {
  std::string name_space = {};  // "": any
  std::string name = {};        // "": any
  // Absent value: any. A series may have other dimensions too.
  std::vector<std::pair<std::string, std::optional<std::string>>> dimensions = {};
  std::int64_t active_since_s = 0;
};

struct MetricPage {
  std::vector<MetricInfo> metrics;
  std::string next;  // MetricKey::text() to go on after; "" at the end
};

// Series of numbers over time, as it were CloudWatch's store (docs/adr/0008). Safe for use by any
// thread; calls block on disk.
class Metrics {
 public:
  // directory: DATA/metrics, made when missing; what a journal there holds is read again.
  Metrics(Database& database, std::filesystem::path directory, const Clock& clock,
          MetricRetention retention = {});
  ~Metrics();

  // Returns when all of it is durable; readers see it at once. Series are made as needed. Throws
  // Error{kLimitExceeded} or Error{kIo} with nothing stored when the disk is full.
  void append(const std::vector<MetricBatch>& batches, const MetricMark* mark = nullptr);

  // Sets a mark without making it durable: for one whose loss costs nothing but work.
  void note(const MetricMark& mark);
  std::optional<MetricMark> mark(const std::string& name) const;
  std::vector<MetricMark> marks(std::string_view start) const;  // whose names begin so
  void erase_marks(const std::function<bool(const std::string& name)>& which);

  // Sorted points with from_s <= time < to_s, each of `period_s` seconds aligned to that since
  // 1970, or with 0 as they came. A period is served by the coarsest resolution that it is a
  // multiple of, however old.
  MetricPoints read(const MetricKey& key, std::int64_t from_s, std::int64_t to_s,
                    std::int64_t period_s) const;
  // Of the same namespace, name and exactly these dimensions, in each unit.
  std::vector<MetricInfo> units(const MetricKey& key) const;
  MetricPage list(const MetricFilter& filter, const std::string& after, std::size_t limit) const;
  // The latest point of a series, wherever it is; nullopt for none since the start of the process
  // and in its journal.
  std::optional<MetricPoint> latest(const MetricKey& key) const;
  std::int64_t last_time(const MetricKey& key) const;  // 0: none

  // Moves what journals hold into the database and removes what is too old. A thread does it every
  // few minutes.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::store
