#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::vision {

class WorkerPool;

// Labelled uint8 images of one size, one after another, rows of pixels with the channels innermost.
struct LabelledImages {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;

  std::size_t count() const { return labels.size(); }
};

// Images as they were found, before they are split.
struct Source {
  std::string kind;  // "CIFAR-10 binary", for the manifest and messages
  std::vector<std::string> classes;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  LabelledImages train;
  std::optional<LabelledImages> validation;
  std::optional<LabelledImages> test;
  bool has_split_folders = false;  // train/ … as folders of class folders

  std::size_t image_size() const { return height * width * channels; }
};

struct SourceOptions {
  std::size_t height = 0;  // 0: as the images are; they must then be of one size
  std::size_t width = 0;
  std::size_t channels = 0;                     // 3 or 1; 0: as they are, 3 where decoded
  std::function<void(const std::string&)> say;  // progress, a line at a time
};

// CIFAR-10's or CIFAR-100's binary version: 3073-byte records in data_batch_N.bin (or train.bin)
// and test_batch.bin (test.bin). Throws Error{kUser} naming the file and what is wrong, as all of
// these do.
bool is_cifar_binary(const std::filesystem::path& folder);
Source read_cifar_binary(const std::filesystem::path& folder);

// The Python version: pickled dictionaries data_batch_1 … test_batch, or train and test. Read
// without executing anything.
bool is_cifar_pickle(const std::filesystem::path& folder);
Source read_cifar_pickle(const std::filesystem::path& folder);

// MNIST's four IDX files, or others of that form, plain or gzip'd.
bool is_idx(const std::filesystem::path& folder);
Source read_idx(const std::filesystem::path& folder);

// JPEG and PNG files in a folder a class, at any depth below it: FOLDER/<class>/…, or
// FOLDER/{train,validation,test}/<class>/….
bool is_image_folder(const std::filesystem::path& folder);
Source read_image_folder(const std::filesystem::path& folder, const SourceOptions& options,
                         WorkerPool& pool);

// Brings the images of any source to the options' size and channels, as those of class folders are
// when they are read.
void bring_to_form(Source& source, const SourceOptions& options, WorkerPool& pool);

}  // namespace sagebrush::vision
