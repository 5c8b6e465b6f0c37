// IDX and .npy headers: an Error or an array whose elements all lie within the file.
#include <cstddef>
#include <cstdint>

#include "algorithms/image_classification/array.h"
#include "algorithms/image_classification/error.h"

namespace vision = sagebrush::vision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool npy = (data[0] & 1) != 0;
  vision::Bytes file(data + 1, data + size);
  try {
    const vision::Array array = npy ? vision::parse_npy(std::move(file), "fuzz")
                                    : vision::parse_idx(std::move(file), "fuzz");
    if (array.offset + array.count() * vision::element_size(array.type) != array.file.size())
      __builtin_trap();
    if (array.type == vision::ElementType::kFloat32 ||
        array.type == vision::ElementType::kFloat64) {
      vision::to_floats(array, "fuzz");
    } else {
      vision::to_integers(array, "fuzz");
    }
  } catch (const vision::Error&) {  // what a bad file must lead to
  }
  return 0;
}
