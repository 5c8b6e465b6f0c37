#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "store/metric_frame.h"

// A journal's frame: what decodes encodes again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  try {
    const auto frame = store::decode_metric_frame({reinterpret_cast<const char*>(data), size});
    store::decode_metric_frame(store::encode_metric_frame(frame));
  } catch (const Error&) {
  }
  return 0;
}
