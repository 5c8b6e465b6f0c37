#include <algorithm>
#include <cmath>

#include "algorithms/image_classification/prepare/image.h"

namespace sagebrush::vision {
namespace {

// The inputs that one output sample is made of, and their shares.
struct Taps {
  std::size_t first = 0;
  std::vector<float> shares;
};

// `to` samples spread evenly over [begin, begin + length) of `from` samples; none reaches outside.
std::vector<Taps> make_taps(std::size_t from, double begin, double length, std::size_t to) {
  const double scale = length / static_cast<double>(to);
  const double reach = std::max(scale, 1.0);
  std::vector<Taps> all(to);
  for (std::size_t i = 0; i < to; ++i) {
    const double centre = begin + (static_cast<double>(i) + 0.5) * scale;
    const double first = std::max(std::floor(begin), std::floor(centre - reach + 0.5));
    const double last = std::min(std::ceil(begin + length), std::floor(centre + reach + 0.5));
    const auto low = static_cast<std::size_t>(first);
    const auto high = std::min(from, static_cast<std::size_t>(last));
    Taps& taps = all[i];
    taps.first = std::min(low, from - 1);
    double sum = 0;
    for (std::size_t j = taps.first; j < std::max(high, taps.first + 1); ++j) {
      const double share =
          std::max(1e-9, 1 - std::abs((static_cast<double>(j) + 0.5 - centre) / reach));
      taps.shares.push_back(static_cast<float>(share));
      sum += share;
    }
    for (float& share : taps.shares) share = static_cast<float>(share / sum);
  }
  return all;
}

}  // namespace

Image resize_to_cover(const Image& image, std::size_t height, std::size_t width) {
  if (image.height == height && image.width == width) return image;
  const double scale = std::min(static_cast<double>(image.height) / static_cast<double>(height),
                                static_cast<double>(image.width) / static_cast<double>(width));
  const double used_height = scale * static_cast<double>(height);
  const double used_width = scale * static_cast<double>(width);
  const std::vector<Taps> rows = make_taps(
      image.height, (static_cast<double>(image.height) - used_height) / 2, used_height, height);
  const std::vector<Taps> columns = make_taps(
      image.width, (static_cast<double>(image.width) - used_width) / 2, used_width, width);
  const std::size_t channels = image.channels;
  // Only the rows that are used: an image may be a million times as high as wide.
  const std::size_t top = rows.front().first;
  const std::size_t bottom = rows.back().first + rows.back().shares.size();
  std::vector<float> narrow((bottom - top) * width * channels);
  for (std::size_t y = top; y < bottom; ++y) {
    const std::uint8_t* const from = image.pixels.data() + y * image.width * channels;
    float* const to = narrow.data() + (y - top) * width * channels;
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t t = 0; t < columns[x].shares.size(); ++t) {
        for (std::size_t c = 0; c < channels; ++c)
          to[x * channels + c] += columns[x].shares[t] *
                                  static_cast<float>(from[(columns[x].first + t) * channels + c]);
      }
    }
  }
  Image result;
  result.height = height;
  result.width = width;
  result.channels = channels;
  result.pixels.resize(height * width * channels);
  std::vector<float> row(width * channels);
  for (std::size_t y = 0; y < height; ++y) {
    std::fill(row.begin(), row.end(), 0.0F);
    for (std::size_t t = 0; t < rows[y].shares.size(); ++t) {
      const float* const from = narrow.data() + (rows[y].first - top + t) * width * channels;
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += rows[y].shares[t] * from[i];
    }
    for (std::size_t i = 0; i < row.size(); ++i)
      result.pixels[y * row.size() + i] =
          static_cast<std::uint8_t>(std::min(255.0F, std::max(0.0F, row[i] + 0.5F)));
  }
  return result;
}

}  // namespace sagebrush::vision
