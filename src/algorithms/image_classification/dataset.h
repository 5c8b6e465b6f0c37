#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
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
  std::string source;                    // the images' file, for messages
  std::vector<std::string> class_names;  // by label; empty where the data do not name them

  std::size_t image_size() const { return channels * height * width; }
  bool is_uint8() const { return floats.empty(); }
};

struct Dataset {
  ImageSet train;
  ImageSet validation;           // what each epoch is measured by
  std::optional<ImageSet> test;  // what the finished model is measured by, where there are both
};

// Joins images and labels. images: [N, H, W], [N, H, W, C] or [N, C, H, W], C 1, 3 or 4. labels:
// [N], from 0. Throws Error{kUser}: no images, other counts, swapped files, negative labels, images
// below 4 pixels.
ImageSet make_image_set(Array images, const std::string& images_name, const Array& labels,
                        const std::string& labels_name);

// As above, labels already read.
ImageSet make_image_set(Array images, const std::string& images_name,
                        std::vector<std::int64_t> labels, const std::string& labels_name);

// Finds and reads a job's data. Channels train or training; validation or val; test or testing; or
// one channel with all. In a channel's folder, at any depth: a prepared split (prepared_split.h),
// MNIST's IDX names with or without .gz, {train,validation,test}_{images,labels}.npy; or JPEG and
// PNG files of one size, a folder a class. With one of validation and test there, it is the
// validation set. Throws Error{kUser} naming channel, file and what was expected.
Dataset load_dataset(const std::map<std::string, std::filesystem::path>& channels);

// The test half only, from a folder. Throws as load_dataset.
ImageSet load_test_set(const std::filesystem::path& folder);

// Gives the labels of a set that names its classes the meaning of `names`, by label. Throws
// Error{kUser} when `names` lacks one of its classes; `whose` says whose names they are.
void match_classes(ImageSet& set, const std::vector<std::string>& names, const std::string& whose);

struct ArraySplits {
  ImageSet train;
  std::optional<ImageSet> validation;
  std::optional<ImageSet> test;
};

// The splits that a folder's IDX or .npy files make, of which train must be there. Throws as
// load_dataset.
ArraySplits load_array_splits(const std::filesystem::path& folder);

// Whether a folder holds IDX or .npy files by the names above.
bool has_array_files(const std::filesystem::path& folder);

// One more than the highest label, or as many as have names. Throws Error{kUser} when the training
// data have fewer than two classes or the others a label that training has not.
std::size_t count_classes(const Dataset& data);

}  // namespace sagebrush::vision
