#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/image_classification/augmentation.h"
#include "algorithms/image_classification/dataset.h"

namespace sagebrush::vision {

// Per channel: what is taken from a pixel and what it is then divided by.
struct Normalization {
  std::vector<float> mean;
  std::vector<float> deviation;
};

// Mean and deviation of a set's pixels. Throws Error{kUser} when all pixels of a channel are equal.
Normalization measure(const ImageSet& set);

// Brings images into batches: changed, then normalised. Threads may share one.
class BatchFiller {
 public:
  // brightest: what changed colours of a pixel are limited to.
  BatchFiller(const ImageSet& set, const Normalization& normalization, float brightest = 255);

  // Writes image `index` to out, float32 [H, W, C]. Moving comes first, then mirroring; a hole is
  // the mean colour; what comes in from outside is raw 0 unless reflected. scratch: the caller's,
  // used when colours change.
  void fill(std::size_t index, const ImageChange& change, float* out,
            std::vector<float>& scratch) const;

 private:
  template <typename Source>
  void gather(const Source& source, const ImageChange& change, float* out) const;

  const ImageSet& set_;
  std::vector<float> scale_;  // normalised = pixel * scale + offset
  std::vector<float> offset_;
  std::vector<float> table_;  // of bytes: [channel][256]
  float brightest_;
};

// Fills a batch of images indices[0..n): out float32 [n, H, W, C], labels [n].
void fill_batch(const BatchFiller& filler, const ImageSet& set, const std::uint32_t* indices,
                std::size_t n, const std::function<ImageChange(std::uint32_t)>& change, float* out,
                std::int64_t* labels);

}  // namespace sagebrush::vision
