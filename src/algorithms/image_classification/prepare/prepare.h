#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "algorithms/image_classification/prepare/source.h"

namespace sagebrush::vision {

struct PrepareOptions {
  std::filesystem::path input;
  std::filesystem::path output;
  std::string format = "auto";  // or cifar10, mnist, imagefolder
  // Images taken from the training images where the source has no such split; below 1 a share of
  // them. Absent: what is usual for the format.
  std::optional<double> validation;
  std::optional<double> test;
  std::uint64_t seed = 0;
  std::size_t shard_images = 10000;
  SourceOptions images;
};

// Reads `input`, splits it and writes output/{train,validation,test}/ (prepared_split.h) and
// output/manifest.json, which sums them up. Splits and
// shards that an earlier run has left in `output` are removed, other files are kept. The same
// input, options and seed give the same bytes. Throws Error{kUser} naming what is wrong with the
// input.
void prepare(const PrepareOptions& options, WorkerPool& pool);

}  // namespace sagebrush::vision
