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
  LabelledImages part;
  LabelledImages rest;
  for (std::size_t i = 0; i < from.count(); ++i) {
    LabelledImages& to = taken[i] ? part : rest;
    const auto begin = from.pixels.begin() + static_cast<std::ptrdiff_t>(i * image_size);
    to.pixels.insert(to.pixels.end(), begin, begin + static_cast<std::ptrdiff_t>(image_size));
    to.labels.push_back(from.labels[i]);
  }
  from = std::move(rest);
  return part;
}

void shuffle(LabelledImages& images, std::size_t image_size, std::uint64_t seed) {
  constexpr std::uint64_t kNoClass = ~std::uint64_t{0};
  const std::vector<std::uint32_t> order =
      shuffled(Random(seed, Random::Stream::kSplit, kNoClass), images.count());
  LabelledImages mixed;
  mixed.pixels.resize(images.pixels.size());
  mixed.labels.reserve(images.count());
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::copy_n(images.pixels.begin() + static_cast<std::ptrdiff_t>(order[i] * image_size),
                image_size, mixed.pixels.begin() + static_cast<std::ptrdiff_t>(i * image_size));
    mixed.labels.push_back(images.labels[order[i]]);
  }
  images = std::move(mixed);
}

}  // namespace sagebrush::vision
