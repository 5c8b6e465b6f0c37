#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "store/metric_frame.h"
#include "store/metric_journal.h"
#include "store/metric_tables.h"
#include "store/metrics.h"

namespace sagebrush::store {

// More than these are flushed before their time: memory and journals stay small.
inline constexpr std::size_t kMostMetricPointsInJournal = 2'000'000;

// One series in memory: its row, and its points that are in no block yet.
struct MetricSeries {
  std::int64_t id = 0;
  MetricKey key;
  std::int64_t last_s = 0;
  std::uint64_t flushed_journal = 0;
  MetricPoint latest;          // of those in journals
  MetricPoints head;           // in the present journal
  MetricPoints being_flushed;  // in journals before it
};

struct Metrics::Impl {
  Impl(Database& database, std::filesystem::path directory, const Clock& time,
       MetricRetention retention);
  ~Impl();

  using Lock = std::unique_lock<std::mutex>;
  using SeriesPtr = std::shared_ptr<MetricSeries>;

  void load();
  void replay(std::uint64_t journal);
  void add(MetricSeries& series, const MetricPoints& points);
  void set_mark(const MetricMark& mark);
  std::map<std::string, SeriesPtr> make_missing(const std::vector<std::string>& texts,
                                                const std::vector<MetricBatch>& batches);
  SeriesPtr find(const MetricKey& key) const;
  void run(const std::stop_token& stop);
  void flush();
  bool idle();  // nothing is to be flushed
  void flush_series(std::uint64_t journal);
  void flush_marks(std::uint64_t journal);
  void erase_old();

  const Clock& clock;
  const std::filesystem::path directory;
  const MetricRetention retention;
  MetricTables tables;

  std::mutex flushing;  // one flush at a time
  std::mutex making;    // one maker of series at a time
  // Held exclusively while points move from memory to blocks, shared by who reads both.
  mutable std::shared_mutex moving;
  mutable std::mutex mutex;  // of all below; taken last, never held at a disk but to append
  std::map<std::string, SeriesPtr> series;  // by MetricKey::text()
  std::map<std::int64_t, SeriesPtr> by_id;
  std::int64_t last_id = 0;
  struct Mark {
    MetricMark mark;
    std::uint64_t flushed_journal = 0;
    bool changed = false;
  };
  std::map<std::string, Mark, std::less<>> marks;
  std::shared_ptr<MetricJournal> journal;
  std::size_t points_in_journal = 0;
  std::condition_variable_any wake;
  std::jthread thread;
};

}  // namespace sagebrush::store
