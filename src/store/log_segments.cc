#include "store/log_segments.h"

#include <algorithm>
#include <unordered_set>

namespace sagebrush::store {
namespace {

// Neither name can hold a NUL.
std::string key_of(const std::string& group, const std::string& stream) {
  return group + '\0' + stream;
}

}  // namespace

std::shared_ptr<LogSegment> LogSegments::find_loaded(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->segment;
}

// Takes out a sixteenth of what may be there, of those that nobody uses now. Needs the lock.
std::vector<std::shared_ptr<LogSegment>> LogSegments::take_oldest() {
  std::vector<std::shared_ptr<LogSegment>> taken;
  const std::size_t wanted = std::max<std::size_t>(most_ / 16, 1);
  for (auto entry = by_use_.end(); entry != by_use_.begin() && taken.size() < wanted;) {
    --entry;
    if (entry->segment.use_count() > 1) continue;
    taken.push_back(entry->segment);
    entries_.erase(entry->name);
    entry = by_use_.erase(entry);
  }
  return taken;
}

std::shared_ptr<LogSegment> LogSegments::find(const std::string& group, const std::string& stream) {
  if (auto segment = find_if_there(group, stream)) return segment;
  if (!catalogue_.find_group(group)) throw_no_log_group();
  throw_no_log_stream();
}

std::shared_ptr<LogSegment> LogSegments::find_if_there(const std::string& group,
                                                       const std::string& stream) {
  const std::string name = key_of(group, stream);
  std::vector<std::shared_ptr<LogSegment>> left;
  std::shared_ptr<LogSegment> segment;
  while (!segment) {
    std::uint64_t erasures = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (auto loaded = find_loaded(name)) return loaded;
      erasures = erasures_;
    }
    const auto row = catalogue_.find_stream(group, stream);
    if (!row) return nullptr;
    const std::scoped_lock lock(mutex_);
    if (auto loaded = find_loaded(name)) return loaded;
    if (erasures != erasures_) continue;
    segment = std::make_shared<LogSegment>(row->id, row->checkpoint, files_);
    by_use_.push_front({name, segment});
    entries_.emplace(name, by_use_.begin());
    if (by_use_.size() > most_) left = take_oldest();
  }
  std::vector<LogCheckpoint> checkpoints;
  for (const auto& old : left) {
    if (const auto due = old->checkpoint_due(1)) checkpoints.push_back({old->id(), *due});
  }
  catalogue_.save(checkpoints);
  return segment;
}

LogSummary LogSegments::summary(const LogStreamRow& row) {
  std::shared_ptr<LogSegment> loaded;
  {
    const std::scoped_lock lock(mutex_);
    loaded = find_loaded(key_of(row.group, row.name));
  }
  if (!loaded && files_.size_on_disk(row.id) == row.checkpoint.bytes) return row.checkpoint;
  if (!loaded) loaded = find_if_there(row.group, row.name);
  return loaded ? loaded->summary() : LogSummary{};
}

void LogSegments::erase(const std::function<std::vector<std::string>()>& erase) {
  const std::vector<std::string> ids = erase();
  std::vector<std::shared_ptr<LogSegment>> gone;
  {
    const std::scoped_lock lock(mutex_);
    ++erasures_;
    const std::unordered_set<std::string> wanted(ids.begin(), ids.end());
    for (auto entry = by_use_.begin(); entry != by_use_.end();) {
      if (!wanted.contains(entry->segment->id())) {
        ++entry;
        continue;
      }
      gone.push_back(entry->segment);
      entries_.erase(entry->name);
      entry = by_use_.erase(entry);
    }
  }
  for (const auto& segment : gone) segment->close();
  for (const std::string& id : ids) files_.remove(id);
  catalogue_.forget_garbage(ids);
}

void LogSegments::save_checkpoint(LogSegment& segment, std::uint64_t least_growth) {
  const auto due = segment.checkpoint_due(least_growth);
  if (!due) return;
  catalogue_.save({{segment.id(), *due}});
  segment.checkpoint_saved(*due);
}

void LogSegments::save_all_checkpoints() {
  std::vector<std::shared_ptr<LogSegment>> all;
  {
    const std::scoped_lock lock(mutex_);
    for (const Entry& entry : by_use_) all.push_back(entry.segment);
  }
  std::vector<LogCheckpoint> checkpoints;
  for (const auto& segment : all) {
    if (const auto due = segment->checkpoint_due(1)) checkpoints.push_back({segment->id(), *due});
  }
  catalogue_.save(checkpoints);
}

}  // namespace sagebrush::store
