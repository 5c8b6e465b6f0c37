#include "job/image_table.h"

#include "base/error.h"
#include "base/text.h"
#include "base/wildcards.h"
#include "image_aliases_csv.h"

namespace sagebrush::job {
namespace {

// A first part with a dot, a colon or "localhost" is a registry's host, as docker reads references.
bool is_registry(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

}  // namespace

std::string_view image_name(std::string_view reference) {
  if (const auto at = reference.find('@'); at != std::string_view::npos) {
    reference = reference.substr(0, at);
  }
  if (const auto slash = reference.find('/');
      slash != std::string_view::npos && is_registry(reference.substr(0, slash))) {
    reference.remove_prefix(slash + 1);
  }
  const auto colon = reference.rfind(':');
  const auto slash = reference.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    reference = reference.substr(0, colon);
  }
  return reference;
}

ImageTable::ImageTable(std::string_view extra) {
  add(extra);
  add(kImageAliasesCsv);
}

void ImageTable::add(std::string_view lines) {
  for (const std::string_view line : split(lines, '\n')) {
    if (trim(line).empty() || line.starts_with('#')) continue;
    const auto cells = split(line, ',');
    const std::string_view kind = cells.size() == 2 ? trim(cells[1]) : "";
    if (kind != "host" && kind != "builtin") {
      throw Error(ErrorKind::kInvalid,
                  "image alias '" + std::string(line) + "' must be NAME,host or NAME,builtin");
    }
    aliases_.push_back({std::string(trim(cells[0])), kind == "host"
                                                         ? agent_protocol::ImageKind::kHost
                                                         : agent_protocol::ImageKind::kBuiltin});
  }
}

std::optional<agent_protocol::ImageKind> ImageTable::find(std::string_view reference) const {
  const std::string_view name = image_name(reference);
  for (const auto& alias : aliases_) {
    if (matches_wildcards(alias.pattern, name, Wildcards::kStars)) return alias.kind;
  }
  return std::nullopt;
}

}  // namespace sagebrush::job
