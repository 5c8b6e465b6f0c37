// safetensors headers: an Error or tensors whose values all lie within the file.
#include <cstddef>
#include <cstdint>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/safetensors.h"

namespace vision = sagebrush::vision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const vision::Safetensors file(vision::Bytes(data, data + size), "fuzz");
    volatile float sink = 0;
    for (const vision::TensorView& tensor : file.tensors()) {
      for (std::int64_t i = 0; i < tensor.count(); ++i) sink = tensor.data[i];
    }
    static_cast<void>(sink);
  } catch (const vision::Error&) {  // what a bad file must lead to
  }
  return 0;
}
