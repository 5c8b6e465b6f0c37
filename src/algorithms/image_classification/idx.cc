#include "algorithms/image_classification/array.h"
#include "algorithms/image_classification/array_size.h"
#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

bool idx_type(std::uint8_t code, ElementType& type) {
  switch (code) {
    case 0x08: type = ElementType::kUint8; return true;
    case 0x09: type = ElementType::kInt8; return true;
    case 0x0B: type = ElementType::kInt16; return true;
    case 0x0C: type = ElementType::kInt32; return true;
    case 0x0D: type = ElementType::kFloat32; return true;
    case 0x0E: type = ElementType::kFloat64; return true;
    default: return false;
  }
}

}  // namespace

Array parse_idx(Bytes file, const std::string& name) {
  if (file.empty()) user_error(name + ": is empty; an IDX file was expected");
  if (file.size() < 4 || file[0] != 0 || file[1] != 0)
    user_error(name + ": is not an IDX file (it must start with two zero bytes)");
  Array array;
  array.big_endian = true;
  if (!idx_type(file[2], array.type))
    user_error(name + ": IDX element type " + std::to_string(file[2]) +
               " is unknown; 8 (uint8) is MNIST's");
  const std::size_t rank = file[3];
  if (rank < 1 || rank > kMaxRank)
    user_error(name + ": IDX rank " + std::to_string(rank) + "; 1 to " + std::to_string(kMaxRank) +
               " were expected");
  array.offset = 4 + 4 * rank;
  if (file.size() < array.offset)
    user_error(name + ": is truncated within its IDX header (" + std::to_string(file.size()) +
               " bytes)");
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint8_t* at = file.data() + 4 + 4 * i;
    array.shape.push_back(std::size_t{at[0]} << 24 | std::size_t{at[1]} << 16 |
                          std::size_t{at[2]} << 8 | at[3]);
  }
  check_array_size(array.shape, element_size(array.type), file.size() - array.offset, name);
  array.file = std::move(file);
  return array;
}

}  // namespace sagebrush::vision
