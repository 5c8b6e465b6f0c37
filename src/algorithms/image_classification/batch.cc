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

// Which row or column of an image of `size` each one of the output comes from; -1: from outside.
void place(int size, int shift, bool reflect, bool mirror, std::vector<int>& from) {
  from.resize(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) {
    int source = (mirror ? size - 1 - i : i) - shift;
    if (reflect) {
      source = source < 0 ? -source : source;
      source = source >= size ? 2 * (size - 1) - source : source;
    }
    from[static_cast<std::size_t>(i)] = source < 0 || source >= size ? -1 : source;
  }
}

// torchvision's adjust_brightness, _contrast and _saturation, in this order, on 0 to `brightest`.
void recolor(const ImageChange& change, std::size_t pixels, std::size_t channels, float brightest,
             float* image) {
  const auto limit = [brightest](float value) { return std::clamp(value, 0.0F, brightest); };
  const auto grey = [&](const float* pixel) {
    return channels == 3 ? 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2] : pixel[0];
  };
  double sum = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < channels; ++c)
      image[i * channels + c] = limit(image[i * channels + c] * change.brightness);
    sum += static_cast<double>(grey(image + i * channels));
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(pixels));
  for (std::size_t i = 0; i < pixels; ++i) {
    float* const pixel = image + i * channels;
    for (std::size_t c = 0; c < channels; ++c)
      pixel[c] = limit(mean + (pixel[c] - mean) * change.contrast);
    const float own = grey(pixel);
    for (std::size_t c = 0; c < channels; ++c)
      pixel[c] = limit(own + (pixel[c] - own) * change.saturation);
  }
}

}  // namespace

Normalization measure(const ImageSet& set) {
  // 4096 x 4096 pixels of 255 squared fit 64 bits.
  return set.is_uint8() ? measure_pixels<std::uint8_t, std::uint64_t>(set.bytes.data(), set)
                        : measure_pixels<float, double>(set.floats.data(), set);
}

BatchFiller::BatchFiller(const ImageSet& set, const Normalization& normalization, float brightest)
    : set_(set), brightest_(brightest) {
  for (std::size_t c = 0; c < set.channels; ++c) {
    scale_.push_back(1.0F / normalization.deviation[c]);
    offset_.push_back(-normalization.mean[c] / normalization.deviation[c]);
    for (int value = 0; value < 256; ++value)
      table_.push_back(static_cast<float>(value) * scale_[c] + offset_[c]);
  }
}

// source(pixel, channel): the normalised value.
template <typename Source>
void BatchFiller::gather(const Source& source, const ImageChange& change, float* out) const {
  thread_local std::vector<int> rows;
  thread_local std::vector<int> columns;
  place(static_cast<int>(set_.height), change.down, change.reflect, false, rows);
  place(static_cast<int>(set_.width), change.right, change.reflect, change.mirror, columns);
  const std::size_t channels = set_.channels;
  for (const int row : rows) {
    for (const int column : columns) {
      if (row < 0 || column < 0) {
        for (std::size_t c = 0; c < channels; ++c) *out++ = offset_[c];
        continue;
      }
      const std::size_t pixel =
          (static_cast<std::size_t>(row) * set_.width + static_cast<std::size_t>(column)) *
          channels;
      for (std::size_t c = 0; c < channels; ++c) *out++ = source(pixel + c, c);
    }
  }
}

void BatchFiller::fill(std::size_t index, const ImageChange& change, float* out,
                       std::vector<float>& scratch) const {
  const std::size_t size = set_.image_size();
  const std::size_t channels = set_.channels;
  const std::uint8_t* const bytes = set_.is_uint8() ? set_.bytes.data() + index * size : nullptr;
  const float* floats = set_.is_uint8() ? nullptr : set_.floats.data() + index * size;
  if (change.recolors()) {
    scratch.resize(size);
    for (std::size_t i = 0; i < size; ++i)
      scratch[i] = bytes != nullptr ? static_cast<float>(bytes[i]) : floats[i];
    recolor(change, size / channels, channels, brightest_, scratch.data());
    floats = scratch.data();
  }
  if (floats != nullptr) {
    gather([&](std::size_t at, std::size_t c) { return floats[at] * scale_[c] + offset_[c]; },
           change, out);
  } else {
    gather([&](std::size_t at, std::size_t c) { return table_[c * 256 + bytes[at]]; }, change, out);
  }
  for (int y = change.hole_top; y < change.hole_top + change.hole_side; ++y) {
    float* const row = out + (static_cast<std::size_t>(y) * set_.width +
                              static_cast<std::size_t>(change.hole_left)) *
                                 channels;
    std::fill_n(row, static_cast<std::size_t>(change.hole_side) * channels, 0.0F);
  }
}

void fill_batch(const BatchFiller& filler, const ImageSet& set, const std::uint32_t* indices,
                std::size_t n, const std::function<ImageChange(std::uint32_t)>& change, float* out,
                std::int64_t* labels) {
  std::vector<float> scratch;
  for (std::size_t i = 0; i < n; ++i) {
    filler.fill(indices[i], change(indices[i]), out + i * set.image_size(), scratch);
    labels[i] = set.labels[indices[i]];
  }
}

}  // namespace sagebrush::vision
