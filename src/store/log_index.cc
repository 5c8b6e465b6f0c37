#include "store/log_index.h"

#include <algorithm>

namespace sagebrush::store {
namespace {
constexpr std::uint64_t kBlockBytes = std::uint64_t{128} << 10;
}

void LogIndex::add(std::uint64_t offset, std::int64_t time_ms) {
  if (blocks_.empty() || offset - blocks_.back().offset >= kBlockBytes) {
    blocks_.push_back(
        {.offset = offset, .latest_before = latest_, .min_ms = time_ms, .max_ms = time_ms});
  } else {
    blocks_.back().min_ms = std::min(blocks_.back().min_ms, time_ms);
    blocks_.back().max_ms = std::max(blocks_.back().max_ms, time_ms);
  }
  latest_ = std::max(latest_, time_ms);
}

void LogIndex::prepend(const LogIndex& earlier) {
  blocks_.insert(blocks_.begin(), earlier.blocks_.begin(), earlier.blocks_.end());
}

}  // namespace sagebrush::store
