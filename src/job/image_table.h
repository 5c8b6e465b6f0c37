#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent_protocol/spec.h"

namespace sagebrush::job {

// Which images mean this machine's own system or the built-in algorithms: image_aliases.csv, and
// lines of the same form in front of it from the configuration. A registry in front of the name and
// a tag or digest behind it do not count.
class ImageTable {
 public:
  // extra: lines "name,kind". Throws Error{kInvalid} that shows a bad line.
  explicit ImageTable(std::string_view extra = {});

  // nullopt when nothing of that name is here.
  std::optional<agent_protocol::ImageKind> find(std::string_view reference) const;

 private:
  struct Alias {
    std::string pattern;
    agent_protocol::ImageKind kind;
  };
  void add(std::string_view lines);
  std::vector<Alias> aliases_;
};

// "1.dkr.ecr.r.amazonaws.com/a/b:tag@sha256:…" → "a/b".
std::string_view image_name(std::string_view reference);

}  // namespace sagebrush::job
