// JPEG and PNG as class folders and requests hold them: an Error or a whole picture.
#include <cstddef>
#include <cstdint>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/image.h"

namespace vision = sagebrush::vision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const vision::Image image =
        vision::decode_image(data + 1, size - 1, (data[0] & 1) != 0 ? 1 : 3, "fuzz");
    if (image.pixels.size() != image.height * image.width * image.channels) __builtin_trap();
    if (image.pixels.size() < 1000000) vision::resize_to_cover(image, 7, 5);
  } catch (const vision::Error&) {  // what a bad file must lead to
  }
  return 0;
}
