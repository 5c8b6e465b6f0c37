// However a stream is cut into pieces, its lines are the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "container/line_splitter.h"

namespace {

std::vector<std::string> lines_of(std::string_view text, std::size_t piece) {
  std::vector<std::string> out;
  sagebrush::container::LineSplitter lines(64,
                                           [&](std::string_view line) { out.emplace_back(line); });
  for (std::size_t at = 0; at < text.size(); at += piece) lines.write(text.substr(at, piece));
  lines.finish();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto whole = lines_of(text, text.size() + 1);
  if (lines_of(text, 1 + data[0] % 16) != whole) std::abort();
  for (const auto& line : whole) {
    if (line.size() > 64 || line.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
