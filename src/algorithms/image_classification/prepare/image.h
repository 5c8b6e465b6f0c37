#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sagebrush::vision {

// One decoded picture, 8 bits a channel, channels innermost.
struct Image {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  std::vector<std::uint8_t> pixels;
};

// Decodes JPEG or PNG, told apart by their first bytes, to 3 (RGB) or 1 (grey) channels. PNG's
// alpha is dropped, its gamma disregarded, and of 16 bits the upper 8 are taken. Nothing is
// allocated before the header's size has been held against a limit. Throws Error{kUser} naming
// `name`.
Image decode_image(const std::uint8_t* data, std::size_t size, std::size_t channels,
                   const std::string& name);
bool looks_like_image(const std::uint8_t* data, std::size_t size);

// Gives 3 or 1 channels: grey becomes RGB of equal values; RGB becomes BT.601's luma, which is what
// JPEG stores as grey; a fourth channel, alpha, is dropped.
Image with_channels(Image image, std::size_t channels);

// Scales so that `height` x `width` is covered, then cuts the middle out. Triangle filter, widened
// when shrinking (Pillow's BILINEAR), so that nothing aliases.
Image resize_to_cover(const Image& image, std::size_t height, std::size_t width);

}  // namespace sagebrush::vision
