#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {

// One tensor of a safetensors file (https://github.com/huggingface/safetensors#format): float32,
// row-major.
struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  const float* data = nullptr;

  std::int64_t count() const;
};

// The file's bytes: 8 bytes little-endian header length, JSON header padded with spaces to a
// multiple of 8, data in the given order. metadata goes to "__metadata__".
Bytes write_safetensors(const std::vector<TensorView>& tensors,
                        const std::map<std::string, std::string>& metadata);

// A parsed file; the views point into its bytes, or into what was made of F16, BF16 and F64.
class Safetensors {
 public:
  // Throws Error{kUser} naming `name`: lengths, offsets, shapes and types are checked against the
  // file's size, as the format demands (no holes, no overlaps), before a byte is used. Tensors that
  // are not of floats are checked as well, but are not among tensors(): PyTorch's state dicts count
  // batches in I64.
  Safetensors(Bytes file, const std::string& name);

  Safetensors(Safetensors&&) = default;
  Safetensors& operator=(Safetensors&&) = default;
  Safetensors(const Safetensors&) = delete;
  Safetensors& operator=(const Safetensors&) = delete;

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const Bytes& file() const { return file_; }

  // The tensor of that name and shape. Throws Error{kUser} when it is absent or has another shape.
  const TensorView& get(const std::string& tensor, const std::vector<std::int64_t>& shape) const;

 private:
  Bytes file_;
  std::string name_;
  std::vector<TensorView> tensors_;
  std::vector<std::vector<float>> converted_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, std::string> others_;  // name → type
};

}  // namespace sagebrush::vision
