#include "job/gpus.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace sagebrush::job {

std::vector<int> find_gpus(const std::filesystem::path& devices) {
  namespace fs = std::filesystem;
  constexpr std::string_view kName = "nvidia";
  std::vector<int> gpus;
  std::error_code failed;
  if (!fs::exists(devices / "nvidiactl", failed)) return gpus;
  for (fs::directory_iterator it(devices, failed), end; !failed && it != end;
       it.increment(failed)) {
    const std::string name = it->path().filename();
    if (!name.starts_with(kName)) continue;
    const auto number = parse_unsigned(std::string_view(name).substr(kName.size()));
    if (number && *number < 1024) gpus.push_back(static_cast<int>(*number));
  }
  std::ranges::sort(gpus);
  return gpus;
}

}  // namespace sagebrush::job
