#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "algorithms/image_classification/array.h"

namespace sagebrush::vision {

// Labelled images, resident in memory, rows of pixels with the channels innermost (NHWC).
struct ImageSet {
  std::size_t count = 0;
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  Array bytes;                // uint8 images, as the file holds them; empty when `floats` is used
  std::vector<float> floats;  // images of any other element type
  std::vector<std::int64_t> labels;
  std::string source;  // the images' file, for messages

  std::size_t image_size() const { return channels * height * width; }
  bool is_uint8() const { return floats.empty(); }
};

struct Dataset {
  ImageSet train;
  ImageSet test;
};

// Joins images and labels. images: [N, H, W], [N, H, W, C] or [N, C, H, W], C 1, 3 or 4. labels:
// [N], from 0. Throws Error{kUser}: no images, other counts, swapped files, negative labels, images
// below 4 pixels.
ImageSet make_image_set(Array images, const std::string& images_name, const Array& labels,
                        const std::string& labels_name);

// Finds and reads a job's data. Channels train or training, and test, testing or validation; or one
// channel with both. In a channel's folder, at any depth: MNIST's IDX names with or without .gz, or
// {train,test}_{images,labels}.npy. Throws Error{kUser} naming channel, file and what was expected.
Dataset load_dataset(const std::map<std::string, std::filesystem::path>& channels);

// The test half only, from a folder. Throws as load_dataset.
ImageSet load_test_set(const std::filesystem::path& folder);

// One more than the highest label. Throws Error{kUser} when the training data have fewer than two
// classes or the test data a label that training has not.
std::size_t count_classes(const Dataset& data);

}  // namespace sagebrush::vision
