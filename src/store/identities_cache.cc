#include <mutex>
#include <utility>

#include "store/identities_impl.h"

namespace sagebrush::store {

std::optional<Key> KeyCache::find(std::string_view access_key_id) const {
  const std::shared_lock lock(mutex_);
  const auto found = keys_.find(access_key_id);
  if (found == keys_.end()) return std::nullopt;
  return found->second.key;
}

void KeyCache::put(const std::string& access_key_id, CachedKey key) {
  const std::unique_lock lock(mutex_);
  keys_.insert_or_assign(access_key_id, std::move(key));
}

void KeyCache::erase(const std::string& access_key_id) {
  const std::unique_lock lock(mutex_);
  keys_.erase(access_key_id);
}

void KeyCache::erase_if(const std::function<bool(const CachedKey&)>& wanted) {
  const std::unique_lock lock(mutex_);
  std::erase_if(keys_, [&](const auto& entry) { return wanted(entry.second); });
}

void KeyCache::set_active(const std::string& access_key_id, bool active) {
  const std::unique_lock lock(mutex_);
  if (const auto found = keys_.find(access_key_id); found != keys_.end())
    found->second.key.active = active;
}

}  // namespace sagebrush::store
