#include "algorithms/image_classification/array_size.h"

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {

void check_array_size(const std::vector<std::size_t>& shape, std::size_t element_bytes,
                      std::size_t available, const std::string& name) {
  std::string text;
  std::size_t bytes = element_bytes;
  bool overflow = false;
  for (const std::size_t size : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
    overflow = overflow || __builtin_mul_overflow(bytes, size, &bytes);
  }
  if (overflow || bytes > available)
    user_error(name + ": is truncated or its header lies: shape " + text + " needs " +
               (overflow ? "more than 2^64" : std::to_string(bytes)) + " bytes, the file holds " +
               std::to_string(available));
  if (bytes < available)
    user_error(name + ": shape " + text + " needs " + std::to_string(bytes) +
               " bytes, but the file holds " + std::to_string(available) + " (" +
               std::to_string(available - bytes) + " too many)");
}

}  // namespace sagebrush::vision
