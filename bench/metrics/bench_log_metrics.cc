// Log lines to metrics: ten regexes as users write them, by std::regex, by RE2 one after another,
// and by MetricPatterns; then the whole way to durable points. Prints MB a second of processor time
// and ratios side by side.
#include <re2/re2.h>
#include <time.h>

#include <cstdio>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "job/metric_collector.h"
#include "job/metric_pattern.h"
#include "store/database.h"
#include "store/logs.h"
#include "store/metrics.h"

namespace {

using namespace sagebrush;

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::vector<job::MetricDefinition> definitions() {
  std::vector<job::MetricDefinition> all;
  for (const char* name :
       {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate",
        "grad_norm", "throughput", "f1_score", "perplexity", "auc"}) {
    all.push_back(
        {name, std::string(name) + R"([:=]\s*([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?))"});
  }
  return all;
}

// One line in `every` tells of metrics.
std::vector<std::string> lines_of(std::size_t count, std::size_t every) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % every == 0) {
      lines.push_back(
          "epoch 3 step " + std::to_string(i) +
          " train_loss: 0.12345 train_accuracy: 0.9876 learning_rate: 1e-3 throughput=812");
    } else {
      lines.push_back("2026-11-21 12:00:00,123 INFO worker " + std::to_string(i % 8) +
                      ": loaded shard " + std::to_string(i) +
                      " of the dataset in 0.123 s, cache warm");
    }
  }
  return lines;
}

double size_of(const std::vector<std::string>& lines) {
  double bytes = 0;
  for (const auto& line : lines) bytes += static_cast<double>(line.size() + 1);
  return bytes / 1e6;
}

double rate(const std::vector<std::string>& lines,
            const std::function<void(const std::string&)>& look) {
  const double begin = cpu_seconds();
  for (const auto& line : lines) look(line);
  return size_of(lines) / (cpu_seconds() - begin);
}

void compare_matching(std::size_t every) {
  const auto all = definitions();
  const auto lines = lines_of(200'000, every);
  const std::vector<std::string> few(lines.begin(), lines.begin() + 5'000);
  std::size_t hits = 0;

  std::vector<std::regex> standard;
  for (const auto& one : all) standard.emplace_back(one.regex);
  const double by_standard = rate(few, [&](const std::string& line) {
    std::smatch match;
    for (const auto& regex : standard) hits += std::regex_search(line, match, regex) ? 1 : 0;
  });
  std::vector<std::unique_ptr<RE2>> plain;
  for (const auto& one : all) plain.push_back(std::make_unique<RE2>(one.regex));
  const double by_re2 = rate(lines, [&](const std::string& line) {
    re2::StringPiece value;
    for (const auto& regex : plain) hits += RE2::PartialMatch(line, *regex, &value) ? 1 : 0;
  });
  const job::MetricPatterns patterns(all);
  const double ours = rate(lines, [&](const std::string& line) {
    patterns.find(line, [&](const std::string&, double) { ++hits; });
  });
  std::printf(
      "ten regexes, 1 line in %zu tells: std::regex %.1f, RE2 one by one %.0f, ours %.0f MB a CPU "
      "second: %.0f and %.1f times (%zu hits)\n",
      every, by_standard, by_re2, ours, ours / by_standard, ours / by_re2, hits);
}

// As agents send them: 4,000 lines a batch, to the log's segment and to durable points.
void whole_way(std::size_t every) {
  const TemporaryDirectory folder;
  store::Database database("sqlite://" + (folder.path() / "db").string());
  store::Logs logs(database, folder.path() / "logs", system_clock());
  store::Metrics metrics(database, folder.path() / "metrics", system_clock());
  job::MetricCollector collector(metrics, system_clock());
  job::TrainingJob job;
  job.id = "id";
  job.name = "bench";
  boost::json::array list;
  for (const auto& one : definitions()) list.push_back({{"Name", one.name}, {"Regex", one.regex}});
  job.request["AlgorithmSpecification"] = {{"MetricDefinitions", std::move(list)}};
  const auto lines = lines_of(400'000, every);
  const Time start = now();
  double cpu = 0;
  double cpu_logs = 0;
  for (std::size_t first = 0; first < lines.size(); first += 4000) {
    agent_protocol::LogBatch batch{first, {}};
    std::vector<store::LogEvent> events;
    for (std::size_t i = first; i < first + 4000; ++i) {
      batch.events.push_back({now(), lines[i]});
      events.push_back({to_ms(now()), lines[i]});
    }
    const double begin = cpu_seconds();
    logs.append_sequenced("g", "s", first, events);
    const double stored = cpu_seconds();
    collector.take_lines(job, "s", batch);
    cpu += cpu_seconds() - begin;
    cpu_logs += stored - begin;
  }
  const double took = to_seconds(now()) - to_seconds(start);
  std::printf(
      "batch to stored lines and durable points, 1 line in %zu tells: %.0f MB a CPU second "
      "(storing the lines alone: %.0f), %.0f MB/s by the clock\n",
      every, size_of(lines) / cpu, size_of(lines) / cpu_logs, size_of(lines) / took);
}

void samples() {
  const TemporaryDirectory folder;
  store::Database database("sqlite://" + (folder.path() / "db").string());
  constexpr int kSeries = 800;
  constexpr int kSeconds = 600;
  const double begin = cpu_seconds();
  {
    store::Metrics metrics(database, folder.path() / "metrics", system_clock());
    for (int second = 0; second < kSeconds; ++second) {
      std::vector<store::MetricBatch> batches;
      for (int series = 0; series < kSeries; ++series) {
        batches.push_back({{"n", "m", "None", {{"Host", std::to_string(series)}}},
                           {store::MetricPoint::of(1'800'000'000 + second,
                                                   50 + series % 7 * 0.1 + second % 13)}});
      }
      metrics.append(batches);
    }
    const double appended = cpu_seconds();
    metrics.flush();
    const double flushed = cpu_seconds();
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
    constexpr double kPoints = kSeries * kSeconds;
    std::printf(
        "800 series for 600 seconds: %.2f M points a CPU second appended, flushed at %.2f M, %.1f "
        "bytes a point on disk\n",
        kPoints / (appended - begin) / 1e6, kPoints / (flushed - appended) / 1e6,
        static_cast<double>(bytes) / kPoints);
    const double reading = cpu_seconds();
    std::size_t found = 0;
    for (int i = 0; i < 100; ++i) {
      found += metrics
                   .read({"n", "m", "None", {{"Host", std::to_string(i)}}}, 1'800'000'000,
                         1'800'000'600, 1)
                   .size();
    }
    std::printf("600 points of one series read in %.3f ms of CPU (%zu)\n",
                (cpu_seconds() - reading) * 10, found);
  }
}

}  // namespace

int main() {
  for (const std::size_t every : {100, 10}) compare_matching(every);
  for (const std::size_t every : {100, 10}) whole_way(every);
  samples();
  return 0;
}
