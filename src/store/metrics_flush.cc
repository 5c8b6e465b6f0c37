// Metrics: from journals to the database, at a start and every few minutes.
#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "store/metrics_impl.h"

namespace sagebrush::store {
namespace {

constexpr std::chrono::minutes kFlushInterval{5};
constexpr std::chrono::seconds kLongestWait{1};  // between looks at the journal's size
// So many series a transaction: each keeps the one writer of the database from others a few
// milliseconds.
constexpr std::size_t kSeriesAtOnce = 32;
constexpr int kBlocksErasedAtOnce = 500;

}  // namespace

Metrics::Impl::Impl(Database& database, std::filesystem::path folder, const Clock& time,
                    MetricRetention keep)
    : clock(time), directory(std::move(folder)), retention(keep), tables(database) {
  std::filesystem::create_directories(directory);
  load();
  thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Metrics::Impl::~Impl() {
  thread.request_stop();
  thread.join();
}

void Metrics::Impl::load() {
  for (const MetricSeriesRow& row : tables.series()) {
    auto known = std::make_shared<MetricSeries>();
    known->id = row.id;
    known->key = MetricKey::from_text(row.key_text);
    known->last_s = row.last_s;
    known->flushed_journal = row.flushed_journal;
    last_id = std::max(last_id, row.id);
    by_id.emplace(row.id, known);
    series.emplace(row.key_text, std::move(known));
  }
  for (MetricMarkRow& row : tables.marks()) {
    const std::string name = row.name;
    marks[name] = {{name, row.next_sequence, std::move(row.state)}, row.flushed_journal, false};
  }
  const auto journals = MetricJournal::find_all(directory);
  for (const std::uint64_t number : journals) replay(number);
  // Never a number that a row may name already.
  std::uint64_t last = journals.empty() ? 0 : journals.back();
  for (const auto& [id, known] : by_id) last = std::max(last, known->flushed_journal);
  for (const auto& [name, mark] : marks) last = std::max(last, mark.flushed_journal);
  journal = std::make_shared<MetricJournal>(directory, last + 1);
}

void Metrics::Impl::replay(std::uint64_t number) {
  MetricJournal::replay(directory, number, [&](std::string_view payload) {
    const MetricFrame frame = decode_metric_frame(payload);
    for (const auto& entry : frame.entries) {
      const auto found = by_id.find(entry.series);
      if (found == by_id.end() || number <= found->second->flushed_journal) continue;
      add(*found->second, entry.points);
    }
    if (!frame.mark) return;
    const auto known = marks.find(frame.mark->name);
    if (known == marks.end() || number > known->second.flushed_journal) set_mark(*frame.mark);
  });
}

void Metrics::Impl::run(const std::stop_token& stop) {
  auto due = std::chrono::steady_clock::now() + kFlushInterval;
  while (!stop.stop_requested()) {
    bool full = false;
    {
      Lock lock(mutex);
      wake.wait_for(lock, stop, kLongestWait,
                    [this] { return points_in_journal > kMostMetricPointsInJournal; });
      full = points_in_journal > kMostMetricPointsInJournal;
    }
    if (stop.stop_requested()) return;
    if (!full && std::chrono::steady_clock::now() < due) continue;
    try {
      flush();
    } catch (const Error& error) {
      spdlog::error("metrics stay in their journal for now: {}", error.what());
    }
    due = std::chrono::steady_clock::now() + kFlushInterval;
  }
}

bool Metrics::Impl::idle() {
  const Lock lock(mutex);
  const auto waits = [](const auto& item) {
    return !item.second->head.empty() || !item.second->being_flushed.empty();
  };
  const auto changed = [](const auto& item) { return item.second.changed; };
  return std::ranges::none_of(series, waits) && std::ranges::none_of(marks, changed);
}

void Metrics::Impl::flush() {
  const std::lock_guard one(flushing);
  if (idle()) return erase_old();
  std::uint64_t full = 0;
  {
    // Nobody else makes journals.
    auto next = std::make_shared<MetricJournal>(directory, journal->number() + 1);
    const Lock lock(mutex);
    full = journal->number();
    journal = std::move(next);
    points_in_journal = 0;
    for (const auto& [text, one_series] : series) {
      add_points(one_series->being_flushed, one_series->head);
      one_series->head.clear();
      one_series->head.shrink_to_fit();
    }
  }
  // What fails here stays in being_flushed, and in its journal for the next start.
  flush_series(full);
  flush_marks(full);
  for (const std::uint64_t number : MetricJournal::find_all(directory)) {
    if (number <= full) MetricJournal::remove(directory, number);
  }
  erase_old();
}

void Metrics::Impl::flush_series(std::uint64_t full) {
  std::vector<SeriesPtr> all;
  {
    const Lock lock(mutex);
    for (const auto& [text, one] : series) {
      if (!one->being_flushed.empty()) all.push_back(one);
    }
  }
  for (std::size_t begin = 0; begin < all.size(); begin += kSeriesAtOnce) {
    const std::size_t end = std::min(begin + kSeriesAtOnce, all.size());
    std::vector<MetricTables::Flush> chunk;
    {
      const Lock lock(mutex);
      for (std::size_t i = begin; i < end; ++i) {
        chunk.push_back(
            {{.id = all[i]->id, .key_text = {}, .last_s = all[i]->last_s, .flushed_journal = full},
             all[i]->being_flushed});
      }
    }
    const std::unique_lock alone(moving);
    tables.write(std::span<const MetricTables::Flush>(chunk));
    const Lock lock(mutex);
    for (std::size_t i = begin; i < end; ++i) {
      all[i]->flushed_journal = full;
      all[i]->being_flushed.clear();
      all[i]->being_flushed.shrink_to_fit();
    }
  }
}

void Metrics::Impl::flush_marks(std::uint64_t full) {
  std::vector<MetricMarkRow> rows;
  {
    const Lock lock(mutex);
    for (auto& [name, mark] : marks) {
      if (!mark.changed) continue;
      rows.push_back({name, mark.mark.next_sequence, mark.mark.state, full});
      mark.changed = false;
      mark.flushed_journal = full;
    }
  }
  if (rows.empty()) return;
  try {
    tables.write(std::span<const MetricMarkRow>(rows));
  } catch (const Error&) {
    const Lock lock(mutex);
    for (const auto& row : rows) {
      if (const auto found = marks.find(row.name); found != marks.end()) {
        found->second.changed = true;
      }
    }
    throw;
  }
}

void Metrics::Impl::erase_old() {
  const std::int64_t now = to_ms(clock.now()) / 1000;
  const auto before = [&](std::chrono::hours kept) {
    return now - std::chrono::duration_cast<std::chrono::seconds>(kept).count();
  };
  const std::pair<std::int64_t, std::chrono::hours> kept[] = {
      {1, retention.second}, {60, retention.minute}, {3600, retention.hour}};
  for (const auto& [resolution, hours] : kept) {
    while (tables.erase_blocks(resolution, before(hours), kBlocksErasedAtOnce)) {
    }
  }
  const auto longest = std::max({retention.second, retention.minute, retention.hour});
  std::vector<std::int64_t> gone;
  const std::lock_guard one_maker(making);  // a series that comes back is made after its row went
  {
    const Lock lock(mutex);
    std::erase_if(series, [&](const auto& item) {
      const MetricSeries& one = *item.second;
      const bool old = one.last_s < before(longest) && one.last_s != 0 && one.head.empty() &&
                       one.being_flushed.empty();
      if (old) {
        gone.push_back(one.id);
        by_id.erase(one.id);
      }
      return old;
    });
  }
  if (!gone.empty()) tables.erase_series(gone);
}

}  // namespace sagebrush::store
