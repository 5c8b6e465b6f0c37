// Frames out of hostile bytes: no crash, and what is read writes back to the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "container/frame_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sagebrush;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  bool broken = false;
  while (true) {
    const std::string_view before = rest;
    const auto frame = container::take_frame(rest, broken);
    if (!frame) break;
    std::string again;
    container::append_frame(again, frame->time, frame->stream, frame->text);
    if (again != before.substr(0, before.size() - rest.size())) std::abort();
  }
  // What the shim writes must always come back.
  std::string bytes;
  container::append_frame(bytes, from_ms(1), container::Stream::kStdout,
                          std::string_view(reinterpret_cast<const char*>(data), size));
  std::string_view own = bytes;
  if (!container::take_frame(own, broken) || !own.empty()) std::abort();
  return 0;
}
