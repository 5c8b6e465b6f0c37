#include "job/metric_collector.h"

#include <algorithm>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "base/log.h"
#include "store/metrics.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using store::MetricBatch;
using store::MetricPoint;

// Progress is where the last line that tells of it says: so many lines are looked at, from the end
// of a batch.
constexpr std::size_t kLinesForProgress = 64;

json::array to_json(const std::map<std::string, FinalMetric>& finals) {
  json::array out;
  for (const auto& [name, metric] : finals) out.push_back(to_json(metric));
  return out;
}

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string unit_of(const std::string& name) {
  if (name.ends_with("Utilization")) return "Percent";
  return name.starts_with("Network") ? "Bytes/Second" : "None";
}

MetricBatch one(const char* name_space, const std::string& name, const char* unit,
                const std::string& job, std::int64_t time_s, double value) {
  return {{name_space, name, unit, {{"TrainingJobName", job}}}, {MetricPoint::of(time_s, value)}};
}

}  // namespace

std::shared_ptr<MetricCollector::Stream> MetricCollector::find(const std::string& job_id,
                                                               const std::string& stream,
                                                               const TrainingJob* job) {
  const std::string name = job_id + "/" + stream;
  const std::scoped_lock lock(mutex_);
  auto& known = streams_[name];
  if (!known) {
    known = std::make_shared<Stream>();
    if (const auto mark = metrics_.mark(name)) {
      known->next = mark->next_sequence;
      const auto state = json::parse(mark->state);
      const agent_protocol::JsonReader in(state.as_object());
      for (const auto& item : in.array("finals")) {
        FinalMetric metric = final_metric_from_json(item.as_object());
        known->finals[metric.name] = metric;
      }
      known->progress = Progress::from_json(in.object("progress"));
    }
  }
  if (job && !known->patterns) {
    known->epochs = epochs_of(job->request);
    known->patterns = std::make_shared<MetricPatterns>(metric_definitions_of(job->request));
  }
  return known;
}

std::uint64_t MetricCollector::take_lines(const TrainingJob& job, const std::string& stream,
                                          const agent_protocol::LogBatch& batch) {
  const auto state = find(job.id, stream, &job);
  const std::scoped_lock taking(state->taking);
  const std::uint64_t end = batch.first_sequence + batch.events.size();
  if (batch.first_sequence > state->next || end <= state->next) return state->next;
  const std::size_t begin = state->next - batch.first_sequence;

  std::map<std::string, store::MetricPoints> points;
  auto finals = state->finals;
  for (std::size_t i = begin; i < batch.events.size() && !state->patterns->empty(); ++i) {
    const auto& event = batch.events[i];
    state->patterns->find(event.message, [&](const std::string& name, double value) {
      store::add_points(points[name], {MetricPoint::of(seconds_of(event.time), value)});
      finals[name] = {.name = name, .value = value, .time = event.time};
    });
  }
  Progress progress = state->progress;
  const std::size_t first =
      std::max(begin, batch.events.size() - std::min(batch.events.size(), kLinesForProgress));
  for (std::size_t i = first; i < batch.events.size(); ++i) {
    if (const auto line = read_progress(batch.events[i].message)) {
      progress.take(*line, batch.events[i].time, state->epochs);
    }
  }
  const store::MetricMark mark{.name = job.id + "/" + stream,
                               .next_sequence = end,
                               .state = json::serialize(json::object{
                                   {"finals", to_json(finals)}, {"progress", progress.to_json()}})};
  if (points.empty()) {
    metrics_.note(mark);
  } else {
    std::vector<MetricBatch> batches;
    for (auto& [name, all] : points) {
      batches.push_back(
          {{kTrainingMetrics, name, "None", {{"TrainingJobName", job.name}}}, std::move(all)});
    }
    metrics_.append(batches, &mark);
  }
  const std::scoped_lock lock(state->mutex);
  state->finals = std::move(finals);
  state->progress = progress;
  state->next = end;
  return end;
}

void MetricCollector::add_progress(const TrainingJob& job, std::int64_t time_s) {
  std::optional<Progress> progress;
  for (const auto& stream : streams_of(job.id)) {
    const std::scoped_lock lock(stream->mutex);
    const auto fraction = stream->progress.fraction();
    const bool further = fraction && (!progress || *fraction > *progress->fraction());
    if (further) progress = stream->progress;
  }
  if (!progress) return;
  std::vector<MetricBatch> batches{
      one(kProgressMetrics, "Progress", "Percent", job.name, time_s, 100 * *progress->fraction())};
  if (const auto left = progress->remaining_s(clock_.now())) {
    batches.push_back(one(kProgressMetrics, "RemainingTime", "Seconds", job.name, time_s, *left));
  }
  if (const auto epoch = progress->epoch()) {
    batches.push_back(one(kProgressMetrics, "Epoch", "None", job.name, time_s, *epoch));
  }
  if (const auto step = progress->step()) {
    batches.push_back(one(kProgressMetrics, "Step", "None", job.name, time_s, *step));
  }
  metrics_.append(batches);
}

void MetricCollector::take_usage(const TrainingJob& job, const std::string& host,
                                 const agent_protocol::UsageBatch& batch) {
  const std::string dimension = job.name + "/" + host;
  const std::int64_t now = seconds_of(clock_.now());
  std::map<std::string, store::MetricPoints> points;
  for (const auto& sample : batch.samples) {
    const std::int64_t time = seconds_of(sample.time);
    if (time > now + 60) continue;  // a clock that is wrong
    for (const auto& [name, value] : sample.values) {
      points[name].push_back(MetricPoint::of(time, value));
    }
  }
  std::vector<MetricBatch> batches;
  for (auto& [name, all] : points) {
    store::MetricKey key{kTrainingMetrics, name, unit_of(name), {{"Host", dimension}}};
    // What was taken before and is sent again: an answer was lost.
    const std::int64_t last = metrics_.last_time(key);
    std::erase_if(all, [&](const MetricPoint& point) { return point.time_s <= last; });
    if (!all.empty()) batches.push_back({std::move(key), std::move(all)});
  }
  if (!batches.empty()) metrics_.append(batches);
  if (host == "algo-1") add_progress(job, now);
}

std::vector<std::shared_ptr<MetricCollector::Stream>> MetricCollector::streams_of(
    const std::string& job_id) {
  const std::string start = job_id + "/";
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<Stream>> found;
  for (auto at = streams_.lower_bound(start); at != streams_.end() && at->first.starts_with(start);
       ++at) {
    found.push_back(at->second);
  }
  return found;
}

std::vector<FinalMetric> MetricCollector::final_metrics(const std::string& job_id) {
  const std::string start = job_id + "/";
  // Those of an attempt or host that has not written since the server started are known by their
  // marks only.
  for (const auto& mark : metrics_.marks(start))
    find(job_id, mark.name.substr(start.size()), nullptr);
  std::map<std::string, FinalMetric> latest;
  for (const auto& stream : streams_of(job_id)) {
    const std::scoped_lock lock(stream->mutex);
    for (const auto& [name, metric] : stream->finals) {
      const auto known = latest.find(name);
      if (known == latest.end() || known->second.time <= metric.time) latest[name] = metric;
    }
  }
  std::vector<FinalMetric> all;
  for (auto& [name, metric] : latest) all.push_back(std::move(metric));
  return all;
}

void MetricCollector::forget(const std::string& job_id) {
  const std::string start = job_id + "/";
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(streams_, [&](const auto& item) { return item.first.starts_with(start); });
  }
  metrics_.erase_marks([&](const std::string& name) { return name.starts_with(start); });
}

void MetricCollector::keep_only(const std::vector<std::string>& job_ids) {
  metrics_.erase_marks([&](const std::string& name) {
    return std::ranges::find(job_ids, name.substr(0, name.find('/'))) == job_ids.end();
  });
}

}  // namespace sagebrush::job
