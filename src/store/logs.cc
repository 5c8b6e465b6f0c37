#include "store/logs.h"

#include <algorithm>
#include <set>

#include "store/log_catalogue.h"
#include "store/log_files.h"
#include "store/log_merge.h"
#include "store/log_page.h"
#include "store/log_segments.h"

namespace sagebrush::store {
namespace {

constexpr std::size_t kSegmentsInMemory = 4096;
// A crash costs reading this much of a stream again, at most.
constexpr std::uint64_t kCheckpointEachBytes = std::uint64_t{16} << 20;

LogStream stream_of(const LogStreamRow& row, const LogSummary& summary) {
  LogStream stream;
  stream.name = row.name;
  stream.created = row.created;
  stream.stored_bytes = summary.bytes;
  if (summary.bytes == 0) return stream;
  stream.first_event_ms = summary.first_event_ms;
  stream.last_event_ms = summary.last_event_ms;
  stream.last_ingestion_ms = summary.last_ingestion_ms;
  return stream;
}

}  // namespace

struct Logs::Impl {
  Impl(Database& database, const std::filesystem::path& directory, const Clock& time)
      : clock(time),
        catalogue(database),
        files(directory, log_files_limit()),
        segments(catalogue, files, kSegmentsInMemory) {}

  std::uint64_t append(LogSegment& segment, std::optional<std::uint64_t> first_sequence,
                       std::span<const LogEvent> events) {
    const std::uint64_t next = segment.append(first_sequence, events, to_ms(clock.now()));
    segments.save_checkpoint(segment, kCheckpointEachBytes);
    return next;
  }

  std::uint64_t stored_bytes(const std::string& group) {
    std::uint64_t bytes = 0;
    for (const LogStreamRow& row : catalogue.streams(group, "", "", false, 0))
      bytes += files.size_on_disk(row.id);
    return bytes;
  }

  LogStreamPage by_last_event(const std::string& group, const LogStreamQuery& query);
  std::vector<LogMergeSource> sources(const std::string& group, const LogSearchQuery& query);

  const Clock& clock;
  LogCatalogue catalogue;
  LogFiles files;
  LogSegments segments;
};

Logs::Logs(Database& database, std::filesystem::path directory, const Clock& clock) {
  std::filesystem::create_directories(directory);
  impl_ = std::make_unique<Impl>(database, directory, clock);
  const auto garbage = impl_->catalogue.garbage();
  for (const std::string& id : garbage) impl_->files.remove(id);
  impl_->catalogue.forget_garbage(garbage);
}

Logs::~Logs() = default;

void Logs::create_group(const std::string& group) {
  impl_->catalogue.create_group(group, impl_->clock.now());
}

void Logs::delete_group(const std::string& group) {
  impl_->segments.erase([&] { return impl_->catalogue.delete_group(group); });
}

std::optional<LogGroup> Logs::find_group(const std::string& group) {
  return impl_->catalogue.find_group(group);
}

std::vector<LogGroup> Logs::groups(const std::string& prefix, const std::string& pattern,
                                   const std::string& after, int limit) {
  auto groups = impl_->catalogue.groups(prefix, pattern, after, limit);
  for (LogGroup& group : groups) group.stored_bytes = impl_->stored_bytes(group.name);
  return groups;
}

void Logs::set_retention(const std::string& group, std::optional<int> days) {
  impl_->catalogue.set_retention(group, days);
}

void Logs::create_stream(const std::string& group, const std::string& stream) {
  impl_->catalogue.create_stream(group, stream, impl_->clock.now());
}

void Logs::ensure_stream(const std::string& group, const std::string& stream) {
  impl_->catalogue.ensure_stream(group, stream, impl_->clock.now());
}

void Logs::delete_stream(const std::string& group, const std::string& stream) {
  impl_->segments.erase([&] { return std::vector{impl_->catalogue.delete_stream(group, stream)}; });
}

bool Logs::has_stream(const std::string& group, const std::string& stream) {
  return impl_->catalogue.find_stream(group, stream).has_value();
}

LogStreamPage Logs::Impl::by_last_event(const std::string& group, const LogStreamQuery& query) {
  LogStreamPage page;
  for (const LogStreamRow& row : catalogue.streams(group, query.prefix, "", false, 0)) {
    page.streams.push_back(stream_of(row, segments.summary(row)));
  }
  // Streams without events stand where their creation puts them, as if it were an event.
  const auto order = [](const LogStream& stream) {
    return std::pair(stream.last_event_ms.value_or(to_ms(stream.created)),
                     std::string_view(stream.name));
  };
  std::ranges::sort(page.streams, {}, order);
  if (query.descending) std::ranges::reverse(page.streams);
  const std::size_t skip = std::min(query.skip, page.streams.size());
  page.streams.erase(page.streams.begin(),
                     page.streams.begin() + static_cast<std::ptrdiff_t>(skip));
  page.more = page.streams.size() > query.limit;
  if (page.more)
    page.streams.erase(page.streams.begin() + static_cast<std::ptrdiff_t>(query.limit),
                       page.streams.end());
  return page;
}

LogStreamPage Logs::streams(const std::string& group, const LogStreamQuery& query) {
  if (query.order == LogStreamOrder::kLastEvent) return impl_->by_last_event(group, query);
  auto rows = impl_->catalogue.streams(group, query.prefix, query.after, query.descending,
                                       static_cast<int>(query.limit) + 1);
  LogStreamPage page;
  page.more = rows.size() > query.limit;
  if (page.more) rows.pop_back();
  for (const LogStreamRow& row : rows)
    page.streams.push_back(stream_of(row, impl_->segments.summary(row)));
  return page;
}

void Logs::append(const std::string& group, const std::string& stream,
                  std::span<const LogEvent> events) {
  impl_->append(*impl_->segments.find(group, stream), std::nullopt, events);
}

std::uint64_t Logs::append_sequenced(const std::string& group, const std::string& stream,
                                     std::uint64_t first_sequence,
                                     std::span<const LogEvent> events) {
  auto segment = impl_->segments.find_if_there(group, stream);
  if (!segment) {
    impl_->catalogue.ensure_stream(group, stream, impl_->clock.now());
    segment = impl_->segments.find(group, stream);
  }
  return impl_->append(*segment, first_sequence, events);
}

std::vector<LogMergeSource> Logs::Impl::sources(const std::string& group,
                                                const LogSearchQuery& query) {
  std::vector<LogStreamRow> rows;
  if (query.streams.empty()) {
    rows = catalogue.streams(group, query.stream_prefix, "", false, 0);
  } else {
    const std::set<std::string> names(query.streams.begin(), query.streams.end());
    for (const std::string& name : names) rows.push_back(catalogue.stream(group, name));
  }
  std::vector<LogMergeSource> found;
  for (const LogStreamRow& row : rows) {
    const LogSummary summary = segments.summary(row);
    const bool apart = summary.bytes == 0 || summary.last_event_ms < query.range.start_ms ||
                       summary.first_event_ms >= query.range.end_ms;
    if (apart) continue;
    if (auto segment = segments.find_if_there(group, row.name))
      found.push_back({row.name, std::move(segment)});
  }
  return found;
}

LogSearchPage Logs::search(const std::string& group, const LogSearchQuery& query) {
  return merge_logs(impl_->files, impl_->sources(group, query), query);
}

LogPage Logs::read(const std::string& group, const std::string& stream, const LogReadQuery& query) {
  const auto segment = impl_->segments.find(group, stream);
  return read_log_page(impl_->files, stream, *segment, query);
}

void Logs::save_checkpoints() {
  impl_->segments.save_all_checkpoints();
}

}  // namespace sagebrush::store
