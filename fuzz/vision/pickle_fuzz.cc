// CIFAR's pickles: an Error, or values that all lie within what was read.
#include <cstddef>
#include <cstdint>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/pickle.h"

namespace vision = sagebrush::vision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const vision::Pickle pickle(vision::Bytes(data, data + size), "fuzz");
    const vision::PickleValue* found = pickle.root().find("data");
    if (found == nullptr) return 0;
    volatile char sink = 0;
    for (const char c : found->text) sink = c;
    static_cast<void>(sink);
    for (const vision::PickleValue* item : found->items) {
      if (item == nullptr) __builtin_trap();
    }
  } catch (const vision::Error&) {  // what a bad file must lead to
  }
  return 0;
}
