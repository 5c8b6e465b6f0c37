#include "algorithms/image_classification/batch.h"

#include <algorithm>
#include <cmath>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

// Sums and sums of squares, channel by channel; exact for bytes.
template <typename Pixel, typename Sum>
Normalization measure_pixels(const Pixel* pixels, const ImageSet& set) {
  const std::size_t channels = set.channels;
  const std::size_t per_image = set.image_size();
  Normalization result;
  for (std::size_t c = 0; c < channels; ++c) {
    double total = 0;
    double squares = 0;
    for (std::size_t n = 0; n < set.count; ++n) {
      const Pixel* const image = pixels + n * per_image;
      Sum sum = 0;
      Sum square = 0;
      for (std::size_t i = c; i < per_image; i += channels) {
        const auto value = static_cast<Sum>(image[i]);
        sum += value;
        square += value * value;
      }
      total += static_cast<double>(sum);
      squares += static_cast<double>(square);
    }
    const double count = static_cast<double>(set.count * (per_image / channels));
    const double mean = total / count;
    const double deviation = std::sqrt(squares / count - mean * mean);
    if (!(deviation > 0) || !std::isfinite(deviation))
      user_error(set.source + ": all pixels of channel " + std::to_string(c) +
                 " are equal; there is nothing to learn from");
    result.mean.push_back(static_cast<float>(mean));
    result.deviation.push_back(static_cast<float>(deviation));
  }
  return result;
}

struct Affine {  // normalised = pixel * scale + offset
  std::vector<float> scale;
  std::vector<float> offset;
};

template <typename Pixel>
void copy_row(const Pixel* from, float* to, std::size_t pixels, const Affine& affine) {
  const std::size_t channels = affine.scale.size();
  if (channels == 1) {
    const float scale = affine.scale[0];
    const float offset = affine.offset[0];
    for (std::size_t i = 0; i < pixels; ++i) to[i] = static_cast<float>(from[i]) * scale + offset;
    return;
  }
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < channels; ++c)
      to[i * channels + c] =
          static_cast<float>(from[i * channels + c]) * affine.scale[c] + affine.offset[c];
  }
}

void blank(float* to, std::size_t pixels, const Affine& affine) {
  const std::size_t channels = affine.offset.size();
  for (std::size_t i = 0; i < pixels; ++i)
    std::copy_n(affine.offset.data(), channels, to + i * channels);
}

template <typename Pixel>
void copy_image(const Pixel* image, const ImageSet& set, Shift shift, const Affine& affine,
                float* out) {
  const auto height = static_cast<std::ptrdiff_t>(set.height);
  const auto width = static_cast<std::ptrdiff_t>(set.width);
  const auto channels = static_cast<std::ptrdiff_t>(set.channels);
  const std::ptrdiff_t left =
      std::min<std::ptrdiff_t>(std::max<std::ptrdiff_t>(shift.right, 0), width);
  const std::ptrdiff_t right =
      std::min<std::ptrdiff_t>(std::max<std::ptrdiff_t>(-shift.right, 0), width);
  for (std::ptrdiff_t y = 0; y < height; ++y) {
    float* const row = out + y * width * channels;
    const std::ptrdiff_t from = y - shift.down;
    if (from < 0 || from >= height) {
      blank(row, set.width, affine);
      continue;
    }
    blank(row, static_cast<std::size_t>(left), affine);
    if (left + right < width)
      copy_row(image + (from * width + right) * channels, row + left * channels,
               static_cast<std::size_t>(width - left - right), affine);
    blank(row + (width - right) * channels, static_cast<std::size_t>(right), affine);
  }
}

template <typename Pixel>
void gather(const Pixel* pixels, const ImageSet& set, const Affine& affine,
            const std::uint32_t* indices, std::size_t n, const Shift* shifts, float* out) {
  const std::size_t size = set.image_size();
  for (std::size_t i = 0; i < n; ++i)
    copy_image(pixels + indices[i] * size, set, shifts == nullptr ? Shift{} : shifts[i], affine,
               out + i * size);
}

}  // namespace

Normalization measure(const ImageSet& set) {
  // 4096 x 4096 pixels of 255 squared fit 64 bits.
  return set.is_uint8() ? measure_pixels<std::uint8_t, std::uint64_t>(set.bytes.data(), set)
                        : measure_pixels<float, double>(set.floats.data(), set);
}

void fill_batch(const ImageSet& set, const Normalization& normalization,
                const std::uint32_t* indices, std::size_t n, const Shift* shifts, float* out,
                std::int64_t* labels) {
  Affine affine;
  for (std::size_t c = 0; c < set.channels; ++c) {
    affine.scale.push_back(1.0F / normalization.deviation[c]);
    affine.offset.push_back(-normalization.mean[c] / normalization.deviation[c]);
  }
  if (set.is_uint8()) {
    gather(set.bytes.data(), set, affine, indices, n, shifts, out);
  } else {
    gather(set.floats.data(), set, affine, indices, n, shifts, out);
  }
  for (std::size_t i = 0; i < n; ++i) labels[i] = set.labels[indices[i]];
}

}  // namespace sagebrush::vision
