#include "algorithms/image_classification/prepare/split.h"

#include <algorithm>
#include <map>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/random.h"

namespace sagebrush::vision {
namespace {

struct Class {
  std::vector<std::size_t> images;
  std::size_t taken = 0;
  std::size_t remainder = 0;
  std::int64_t label = 0;
};

std::map<std::int64_t, Class> quotas(const LabelledImages& from, std::size_t count) {
  std::map<std::int64_t, Class> classes;
  for (std::size_t i = 0; i < from.count(); ++i) classes[from.labels[i]].images.push_back(i);
  std::size_t left = count;
  std::vector<Class*> by_remainder;
  for (auto& [label, one] : classes) {
    one.label = label;
    one.taken = one.images.size() * count / from.count();
    one.remainder = one.images.size() * count % from.count();
    left -= one.taken;
    by_remainder.push_back(&one);
  }
  std::sort(by_remainder.begin(), by_remainder.end(), [](const Class* a, const Class* b) {
    return a->remainder != b->remainder ? a->remainder > b->remainder : a->label < b->label;
  });
  for (std::size_t i = 0; i < left; ++i) ++by_remainder[i]->taken;
  return classes;
}

}  // namespace

LabelledImages split_off(LabelledImages& from, std::size_t image_size, std::size_t count,
                         std::uint64_t seed, const std::vector<std::string>& names) {
  if (count >= from.count())
    user_error("the split wants " + std::to_string(count) + " of " + std::to_string(from.count()) +
               " training images; fewer are needed");
  std::vector<bool> taken(from.count());
  for (auto& [label, one] : quotas(from, count)) {
    if (one.taken == one.images.size())
      user_error("class " + names.at(static_cast<std::size_t>(label)) + " has " +
                 std::to_string(one.images.size()) + " training images, of which the split wants " +
                 std::to_string(one.taken) + "; more images of it are needed, or a smaller split");
    const std::vector<std::uint32_t> order = shuffled(
        Random(seed, Random::Stream::kSplit, static_cast<std::uint64_t>(label)), one.images.size());
    for (std::size_t i = 0; i < one.taken; ++i) taken[one.images[order[i]]] = true;
  }
  // In place: a data set may fill half of the memory.
  LabelledImages part;
  part.pixels.reserve(count * image_size);
  part.labels.reserve(count);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const auto image = from.pixels.begin() + static_cast<std::ptrdiff_t>(i * image_size);
    if (taken[i]) {
      part.pixels.insert(part.pixels.end(), image, image + static_cast<std::ptrdiff_t>(image_size));
      part.labels.push_back(from.labels[i]);
      continue;
    }
    if (kept != i)
      std::copy_n(image, image_size,
                  from.pixels.begin() + static_cast<std::ptrdiff_t>(kept * image_size));
    from.labels[kept++] = from.labels[i];
  }
  from.pixels.resize(kept * image_size);
  from.labels.resize(kept);
  return part;
}

void shuffle(LabelledImages& images, std::size_t image_size, std::uint64_t seed) {
  constexpr std::uint64_t kNoClass = ~std::uint64_t{0};
  const std::vector<std::uint32_t> order =
      shuffled(Random(seed, Random::Stream::kSplit, kNoClass), images.count());
  const auto image = [&](std::size_t i) {
    return images.pixels.begin() + static_cast<std::ptrdiff_t>(i * image_size);
  };
  // In place, along the permutation's cycles.
  std::vector<bool> placed(images.count());
  std::vector<std::uint8_t> first(image_size);
  for (std::size_t start = 0; start < order.size(); ++start) {
    if (placed[start]) continue;
    std::copy_n(image(start), image_size, first.begin());
    const std::int64_t label = images.labels[start];
    std::size_t at = start;
    for (; order[at] != start; at = order[at]) {
      std::copy_n(image(order[at]), image_size, image(at));
      images.labels[at] = images.labels[order[at]];
      placed[at] = true;
    }
    std::copy(first.begin(), first.end(), image(at));
    images.labels[at] = label;
    placed[at] = true;
  }
}

}  // namespace sagebrush::vision
