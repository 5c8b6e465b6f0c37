#include "algorithms/image_classification/pixel_range.h"

#include <algorithm>

#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

constexpr float kBrightest = 255.0F;

void scale(ImageSet& set, float factor) {
  if (set.is_uint8()) {
    const std::uint8_t* const bytes = set.bytes.data();
    set.floats.assign(bytes, bytes + set.count * set.image_size());
    set.bytes = {};
  }
  for (float& value : set.floats) value *= factor;
}

}  // namespace

PixelRange range_of(const ImageSet& set) {
  if (set.is_uint8()) {
    const std::uint8_t* const bytes = set.bytes.data();
    const bool bright = std::any_of(bytes, bytes + set.count * set.image_size(),
                                    [](std::uint8_t byte) { return byte > 1; });
    return bright ? PixelRange::kByte : PixelRange::kUnit;
  }
  const auto [least, most] = std::minmax_element(set.floats.begin(), set.floats.end());
  if (*least < 0 || *most > kBrightest) return PixelRange::kOther;
  return *most <= 1 ? PixelRange::kUnit : PixelRange::kByte;
}

const char* to_string(PixelRange range) {
  switch (range) {
    case PixelRange::kUnit: return "0-1";
    case PixelRange::kByte: return "0-255";
    case PixelRange::kOther: break;
  }
  return "other";
}

PixelRange pixel_range_named(const std::string& name) {
  for (const PixelRange range : {PixelRange::kUnit, PixelRange::kByte, PixelRange::kOther}) {
    if (name == to_string(range)) return range;
  }
  user_error("config.json: pixels must be 0-1, 0-255 or other, not '" + name.substr(0, 100) + "'");
}

void bring_to(PixelRange range, ImageSet& set) {
  if (range == PixelRange::kOther) {
    if (set.is_uint8())
      user_error(set.source +
                 ": its pixels are bytes, but the network was trained on numbers that are neither "
                 "0 to 1 nor 0 to 255; give floats prepared like those");
    return;
  }
  // Bytes of a dark picture are bytes all the same.
  if (range == PixelRange::kByte && set.is_uint8()) return;
  const PixelRange found = range_of(set);
  if (found == range || found == PixelRange::kOther) return;
  scale(set, range == PixelRange::kByte ? kBrightest : 1 / kBrightest);
}

}  // namespace sagebrush::vision
