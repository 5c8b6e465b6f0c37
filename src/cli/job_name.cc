#include "cli/job_name.h"

#include <algorithm>
#include <cctype>

namespace sagebrush::cli {
namespace {

constexpr std::size_t kLongestName = 63;

// Letters, digits and single inner '-'.
std::string legal_part(std::string_view text) {
  std::string legal;
  for (unsigned char c : text) {
    if (std::isalnum(c) != 0) {
      legal.push_back(static_cast<char>(c));
    } else if (!legal.empty() && legal.back() != '-') {
      legal.push_back('-');
    }
  }
  while (legal.ends_with('-')) legal.pop_back();
  return legal;
}

}  // namespace

std::string new_job_name(std::string_view base, Time now) {
  std::string stamp = to_iso8601(now);  // 2026-01-31T12:00:00.123Z
  stamp.pop_back();
  std::ranges::replace_if(stamp, [](unsigned char c) { return std::isdigit(c) == 0; }, '-');
  std::string front = legal_part(base).substr(0, kLongestName - stamp.size() - 1);
  while (front.ends_with('-')) front.pop_back();
  return front.empty() ? "job-" + stamp : front + "-" + stamp;
}

std::string base_of_image(std::string_view image) {
  image = image.substr(0, image.find('@'));
  if (const std::size_t slash = image.rfind('/'); slash != std::string_view::npos) {
    image.remove_prefix(slash + 1);
  }
  return legal_part(image.substr(0, image.find(':')));
}

}  // namespace sagebrush::cli
