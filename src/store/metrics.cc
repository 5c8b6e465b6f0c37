#include "store/metrics.h"

#include <algorithm>
#include <iterator>

#include "store/metrics_impl.h"

namespace sagebrush::store {
namespace {

std::int64_t resolution_of(std::int64_t period_s) {
  if (period_s > 0 && period_s % 3600 == 0) return 3600;
  return period_s > 0 && period_s % 60 == 0 ? 60 : 1;
}

bool matches(const MetricFilter& filter, const MetricSeries& series) {
  if (!filter.name_space.empty() && series.key.name_space != filter.name_space) return false;
  if (!filter.name.empty() && series.key.name != filter.name) return false;
  if (series.last_s < filter.active_since_s) return false;
  return std::ranges::all_of(filter.dimensions, [&](const auto& wanted) {
    return std::ranges::any_of(series.key.dimensions, [&](const auto& has) {
      return has.first == wanted.first && (!wanted.second || *wanted.second == has.second);
    });
  });
}

}  // namespace

Metrics::Metrics(Database& database, std::filesystem::path directory, const Clock& clock,
                 MetricRetention retention)
    : impl_(std::make_unique<Impl>(database, std::move(directory), clock, retention)) {}

Metrics::~Metrics() = default;

void Metrics::Impl::add(MetricSeries& series, const MetricPoints& points) {
  if (points.empty()) return;
  add_points(series.head, points);
  const auto& last = points.back();
  if (last.time_s >= series.latest.time_s) series.latest = last;
  for (const MetricPoint& point : points) series.last_s = std::max(series.last_s, point.time_s);
  points_in_journal += points.size();
}

void Metrics::Impl::set_mark(const MetricMark& mark) {
  Mark& known = marks[mark.name];
  known.mark = mark;
  known.changed = true;
}

// Makes the series that are not there yet; their rows are durable before any journal names them.
std::map<std::string, Metrics::Impl::SeriesPtr> Metrics::Impl::make_missing(
    const std::vector<std::string>& texts, const std::vector<MetricBatch>& batches) {
  const std::lock_guard one(making);
  std::map<std::string, SeriesPtr> made;
  std::vector<MetricSeriesRow> rows;
  {
    const Lock lock(mutex);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (series.contains(texts[i]) || made.contains(texts[i])) continue;
      auto fresh = std::make_shared<MetricSeries>();
      fresh->id = ++last_id;
      fresh->key = batches[i].key;
      rows.push_back({.id = fresh->id, .key_text = texts[i]});
      made.emplace(texts[i], std::move(fresh));
    }
  }
  if (rows.empty()) return made;
  tables.insert(rows);
  const Lock lock(mutex);
  for (const auto& [text, fresh] : made) {
    series.emplace(text, fresh);
    by_id.emplace(fresh->id, fresh);
  }
  return made;
}

void Metrics::append(const std::vector<MetricBatch>& batches, const MetricMark* mark) {
  std::vector<std::string> texts;
  texts.reserve(batches.size());
  for (const MetricBatch& batch : batches) texts.push_back(batch.key.text());
  MetricFrame frame;
  if (mark) frame.mark = *mark;
  std::shared_ptr<MetricJournal> journal;
  std::uint64_t written = 0;
  for (;;) {
    Impl::Lock lock(impl_->mutex);
    std::vector<Impl::SeriesPtr> found;
    found.reserve(texts.size());
    for (const std::string& text : texts) {
      const auto at = impl_->series.find(text);
      if (at == impl_->series.end()) break;
      found.push_back(at->second);
    }
    if (found.size() < texts.size()) {
      lock.unlock();
      impl_->make_missing(texts, batches);
      continue;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
      frame.entries.push_back({found[i]->id, batches[i].points});
    }
    journal = impl_->journal;
    written = journal->append(encode_metric_frame(frame));
    for (std::size_t i = 0; i < found.size(); ++i) impl_->add(*found[i], batches[i].points);
    if (mark) impl_->set_mark(*mark);
    if (impl_->points_in_journal > kMostMetricPointsInJournal) impl_->wake.notify_all();
    break;
  }
  journal->wait_until_durable(written);
}

void Metrics::note(const MetricMark& mark) {
  const Impl::Lock lock(impl_->mutex);
  impl_->set_mark(mark);
}

std::optional<MetricMark> Metrics::mark(const std::string& name) const {
  const Impl::Lock lock(impl_->mutex);
  const auto found = impl_->marks.find(name);
  return found == impl_->marks.end() ? std::nullopt : std::optional(found->second.mark);
}

std::vector<MetricMark> Metrics::marks(std::string_view start) const {
  const Impl::Lock lock(impl_->mutex);
  std::vector<MetricMark> found;
  for (auto at = impl_->marks.lower_bound(start);
       at != impl_->marks.end() && at->first.starts_with(start); ++at) {
    found.push_back(at->second.mark);
  }
  return found;
}

void Metrics::erase_marks(const std::function<bool(const std::string& name)>& which) {
  std::vector<std::string> names;
  {
    const Impl::Lock lock(impl_->mutex);
    for (const auto& [name, mark] : impl_->marks) {
      if (which(name)) names.push_back(name);
    }
    for (const std::string& name : names) impl_->marks.erase(name);
  }
  if (!names.empty()) impl_->tables.erase_marks(names);
}

Metrics::Impl::SeriesPtr Metrics::Impl::find(const MetricKey& key) const {
  const auto found = series.find(key.text());
  return found == series.end() ? nullptr : found->second;
}

MetricPoints Metrics::read(const MetricKey& key, std::int64_t from_s, std::int64_t to_s,
                           std::int64_t period_s) const {
  Impl::SeriesPtr series;
  {
    const Impl::Lock lock(impl_->mutex);
    series = impl_->find(key);
  }
  if (!series || from_s >= to_s) return {};
  const std::shared_lock still(impl_->moving);
  const MetricPoints stored = impl_->tables.read(series->id, resolution_of(period_s), from_s, to_s);
  MetricPoints recent;
  {
    const Impl::Lock lock(impl_->mutex);
    recent = series->being_flushed;
    add_points(recent, series->head);
  }
  MetricPoints points;
  points.reserve(stored.size() + recent.size());
  std::ranges::merge(stored, recent, std::back_inserter(points), {}, &MetricPoint::time_s,
                     &MetricPoint::time_s);
  std::erase_if(points, [&](const MetricPoint& point) {
    return point.time_s < from_s || point.time_s >= to_s;
  });
  return period_s > 0 ? resample(points, period_s) : points;
}

std::vector<MetricInfo> Metrics::units(const MetricKey& key) const {
  std::vector<MetricInfo> found;
  const std::string start = MetricKey::start_of(key.name_space) + MetricKey::start_of(key.name);
  const Impl::Lock lock(impl_->mutex);
  for (auto at = impl_->series.lower_bound(start);
       at != impl_->series.end() && at->first.starts_with(start); ++at) {
    if (at->second->key.dimensions == key.dimensions) {
      found.push_back({at->second->key, at->second->last_s});
    }
  }
  return found;
}

MetricPage Metrics::list(const MetricFilter& filter, const std::string& after,
                         std::size_t limit) const {
  MetricPage page;
  const std::string start =
      filter.name_space.empty() ? std::string() : MetricKey::start_of(filter.name_space);
  const Impl::Lock lock(impl_->mutex);
  auto at = after.empty() ? impl_->series.lower_bound(start) : impl_->series.upper_bound(after);
  for (; at != impl_->series.end() && at->first.starts_with(start); ++at) {
    if (!matches(filter, *at->second)) continue;
    if (page.metrics.size() == limit) {
      page.next = page.metrics.back().key.text();
      break;
    }
    page.metrics.push_back({at->second->key, at->second->last_s});
  }
  return page;
}

std::optional<MetricPoint> Metrics::latest(const MetricKey& key) const {
  const Impl::Lock lock(impl_->mutex);
  const auto series = impl_->find(key);
  if (!series || series->latest.time_s == 0) return std::nullopt;
  return series->latest;
}

std::int64_t Metrics::last_time(const MetricKey& key) const {
  const Impl::Lock lock(impl_->mutex);
  const auto series = impl_->find(key);
  return series ? series->last_s : 0;
}

void Metrics::flush() {
  impl_->flush();
}

}  // namespace sagebrush::store
