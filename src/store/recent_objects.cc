#include "store/recent_objects.h"

namespace sagebrush::store {
namespace {

// No bucket's name has a slash.
std::string full_name(std::string_view bucket, std::string_view key) {
  std::string name;
  name.reserve(bucket.size() + 1 + key.size());
  return name.append(bucket).append("/").append(key);
}

}  // namespace

RecentObjects::EntryPtr RecentObjects::find(std::string_view bucket, std::string_view key) {
  const std::string name = full_name(bucket, key);
  Shard& shard = shard_of(name);
  const std::scoped_lock lock(shard.mutex);
  const auto place = shard.places.find(name);
  if (place == shard.places.end()) return nullptr;
  shard.order.splice(shard.order.begin(), shard.order, place->second);
  return place->second->second;
}

RecentObjects::Moment RecentObjects::now(std::string_view bucket, std::string_view key) {
  Shard& shard = shard_of(full_name(bucket, key));
  const std::scoped_lock lock(shard.mutex);
  return shard.changes;
}

void RecentObjects::keep(std::string_view bucket, std::string_view key, Moment moment,
                         EntryPtr entry) {
  std::string name = full_name(bucket, key);
  Shard& shard = shard_of(name);
  const std::scoped_lock lock(shard.mutex);
  if (shard.changes != moment || shard.places.contains(name)) return;
  shard.order.emplace_front(std::move(name), std::move(entry));
  shard.places.emplace(shard.order.front().first, shard.order.begin());
  if (shard.order.size() <= kMostInShard) return;
  shard.places.erase(shard.order.back().first);
  shard.order.pop_back();
}

void RecentObjects::forget(std::string_view bucket, std::string_view key) {
  const std::string name = full_name(bucket, key);
  Shard& shard = shard_of(name);
  const std::scoped_lock lock(shard.mutex);
  ++shard.changes;
  const auto place = shard.places.find(name);
  if (place == shard.places.end()) return;
  const auto gone = place->second;
  shard.places.erase(place);
  shard.order.erase(gone);
}

}  // namespace sagebrush::store
