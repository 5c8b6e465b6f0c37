#include "container/image_user.h"

#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::container {
namespace {

using Fields = std::vector<std::string_view>;

std::optional<unsigned> number_of(std::string_view text) {
  const auto number = parse_unsigned(text);
  // 2^32 - 1 is "nobody said" to the kernel.
  if (!number || *number >= std::numeric_limits<unsigned>::max()) return std::nullopt;
  return static_cast<unsigned>(*number);
}

// The first line whose name is `wanted`, or whose number is; with at least `fields` parts.
std::optional<Fields> line_of(std::string_view file, std::string_view wanted, std::size_t fields) {
  const auto number = number_of(wanted);
  for (const auto line : split(file, '\n')) {
    Fields parts = split(line, ':');
    if (parts.size() < fields || line.starts_with('#')) continue;
    if (number ? number_of(parts[2]) == number : parts[0] == wanted) return parts;
  }
  return std::nullopt;
}

}  // namespace

ImageUser image_user(std::string_view text, std::string_view passwd, std::string_view group) {
  ImageUser user;
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto line = line_of(passwd, name.empty() ? "0" : name, 6);
  const auto number = number_of(name.empty() ? "0" : name);
  if (!line && !number) {
    throw Error(ErrorKind::kInvalid,
                "the image's user \"" + std::string(name) + "\" is not in its /etc/passwd");
  }
  user.uid = line ? number_of((*line)[2]).value_or(0) : *number;
  if (line) {
    user.gid = number_of((*line)[3]).value_or(0);
    user.home = std::string((*line)[5]);
  }
  if (user.home.empty() || (!line && user.uid != 0)) user.home = "/";
  if (colon != std::string_view::npos) {
    const std::string_view wanted = text.substr(colon + 1);
    const auto found = line_of(group, wanted, 3);
    const auto gid = found ? number_of((*found)[2]) : number_of(wanted);
    if (!gid) {
      throw Error(ErrorKind::kInvalid,
                  "the image's group \"" + std::string(wanted) + "\" is not in its /etc/group");
    }
    user.gid = *gid;
    return user;
  }
  if (!line) return user;
  for (const auto entry : split(group, '\n')) {
    const Fields parts = split(entry, ':');
    if (parts.size() < 4) continue;
    for (const auto member : split(parts[3], ',')) {
      const auto gid = number_of(parts[2]);
      if (member == (*line)[0] && gid && *gid != user.gid) user.groups.push_back(*gid);
    }
  }
  return user;
}

}  // namespace sagebrush::container
