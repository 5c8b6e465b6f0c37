#include "algorithms/image_classification/random.h"

#include <numeric>
#include <utility>

namespace sagebrush::vision {

std::vector<std::uint32_t> shuffled(Random random, std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  return order;
}

std::vector<std::uint32_t> epoch_order(std::uint64_t seed, std::uint64_t epoch, std::size_t count) {
  return shuffled(Random(seed, Random::Stream::kOrder, epoch), count);
}

}  // namespace sagebrush::vision
