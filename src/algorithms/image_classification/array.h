#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {

enum class ElementType {
  kUint8,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint16,
  kUint32,
  kFloat32,
  kFloat64
};

std::size_t element_size(ElementType type);
const char* to_string(ElementType type);

// A dense row-major array as a data file holds it: its bytes stay in the file's buffer, in the
// file's byte order.
struct Array {
  ElementType type = ElementType::kUint8;
  bool big_endian = false;
  std::vector<std::size_t> shape;
  Bytes file;              // the whole file
  std::size_t offset = 0;  // where the elements start in it

  std::size_t count() const;
  const std::uint8_t* data() const { return file.data() + offset; }
};

// Parses IDX (https://yann.lecun.com/exdb/mnist): 0, 0, type, rank, rank big-endian sizes,
// elements. Nothing is allocated by a header's word: sizes are held against the file's length
// first. Throws Error{kUser} naming `name` and what is wrong.
Array parse_idx(Bytes file, const std::string& name);

// Parses NumPy's .npy, versions 1 to 3, C order, integers and floats (numpy.lib.format). Throws as
// parse_idx.
Array parse_npy(Bytes file, const std::string& name);

// The elements as 64-bit integers. Throws Error{kUser} for a floating-point array.
std::vector<std::int64_t> to_integers(const Array& array, const std::string& name);

// The elements as float32. Throws Error{kUser} when one is not finite.
std::vector<float> to_floats(const Array& array, const std::string& name);

}  // namespace sagebrush::vision
