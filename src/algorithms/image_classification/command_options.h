#pragma once

#include <string>
#include <vector>

namespace sagebrush::vision {

// The options of a command: each takes a value, as "--name value" or "--name=value".
struct Option {
  const char* name;
  std::string* value;
};

// Reads words[1…]; words that start with no dash go to `rest` where it is given. Returns what is
// wrong, or "".
std::string parse_options(const std::vector<std::string>& words, const std::vector<Option>& options,
                          std::vector<std::string>* rest = nullptr);

// Whether --help or -h is among words[1…], whatever else is.
bool asks_for_help(const std::vector<std::string>& words);

}  // namespace sagebrush::vision
