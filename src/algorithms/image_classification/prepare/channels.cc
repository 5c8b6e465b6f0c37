#include "algorithms/image_classification/prepare/image.h"

namespace sagebrush::vision {
namespace {

// ITU-R BT.601 in 16-bit fractions, rounded as libjpeg does (jccolor.c).
std::uint8_t luma(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U) >>
                                   16);
}

}  // namespace

Image with_channels(Image image, std::size_t channels) {
  if (image.channels == channels) return image;
  const std::size_t count = image.height * image.width;
  std::vector<std::uint8_t> pixels(count * channels);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const from = image.pixels.data() + i * image.channels;
    const std::uint8_t grey = image.channels == 1 ? *from : luma(from);
    for (std::size_t c = 0; c < channels; ++c)
      pixels[i * channels + c] = channels == 1 || image.channels == 1 ? grey : from[c];
  }
  image.pixels = std::move(pixels);
  image.channels = channels;
  return image;
}

}  // namespace sagebrush::vision
