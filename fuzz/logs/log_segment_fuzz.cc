// Opens a segment of any bytes. What recovery keeps is whole frames from the start; opening it
// again keeps the same; what is appended after it can be read; nothing but Error comes out.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "store/log_page.h"
#include "store/log_segment.h"

namespace {

using namespace sagebrush::store;

constexpr const char* kId = "00000000000000ff";

std::vector<std::string> messages(LogFiles& files, LogSegment& segment) {
  std::vector<std::string> found;
  LogReadQuery query{.range = {}, .forward = true, .position = {}};
  for (;;) {
    const LogPage page = read_log_page(files, "stream", segment, query);
    if (page.events.empty()) return found;
    for (const auto& event : page.events) found.push_back(event.message);
    query.position = page.forward_position;
  }
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sagebrush::TemporaryDirectory folder("/dev/shm");
  spdlog::set_level(spdlog::level::off);
  const auto path = folder.path() / (std::string(kId) + ".seg");
  sagebrush::write_file_atomically(path,
                                   std::string_view(reinterpret_cast<const char*>(data), size));

  LogFiles files(folder.path(), 4);
  LogSegment segment(kId, {}, files);
  const LogSummary summary = segment.summary();
  require(summary.bytes <= size);
  require(std::filesystem::file_size(path) == summary.bytes);
  std::vector<std::string> kept = messages(files, segment);

  const std::vector<LogEvent> more{{1, "appended"}};
  segment.append(std::nullopt, more, 2);
  kept.emplace_back("appended");
  require(messages(files, segment) == kept);
  LogSegment again(kId, {}, files);
  require(messages(files, again) == kept);
  return 0;
}
