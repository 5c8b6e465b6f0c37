#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/object_types.h"

namespace sagebrush::store {

// Small objects that were read lately, each with its open file: who reads one again needs neither
// the database nor the file's name. Safe for use by any thread; nothing blocks.
//
// Never older than the last acknowledged write: whoever changes an object calls forget() after the
// commit and before the answer, and what was read from the database before that is not kept.
class RecentObjects {
 public:
  static constexpr std::uint64_t kLargestBytes = 64 * 1024;

  struct Entry {
    StoredObject object;  // in one file
    std::shared_ptr<const File> file;
  };
  using EntryPtr = std::shared_ptr<const Entry>;
  using Moment = std::uint64_t;

  EntryPtr find(std::string_view bucket, std::string_view key);
  // To be asked before the database is, and given to keep().
  Moment now(std::string_view bucket, std::string_view key);
  // Not when the object may have changed since `moment`.
  void keep(std::string_view bucket, std::string_view key, Moment moment, EntryPtr entry);
  void forget(std::string_view bucket, std::string_view key);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kMostInShard = 128;  // an open file each

  struct Shard {
    using Order = std::list<std::pair<std::string, EntryPtr>>;  // the latest read first
    std::mutex mutex;
    Moment changes = 0;
    Order order;
    std::unordered_map<std::string_view, Order::iterator> places;  // names are in `order`
  };

  Shard& shard_of(std::string_view name) {
    return shards_[std::hash<std::string_view>()(name) % kShards];
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace sagebrush::store
