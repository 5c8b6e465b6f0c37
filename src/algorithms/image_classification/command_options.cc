#include "algorithms/image_classification/command_options.h"

#include <algorithm>

namespace sagebrush::vision {

std::string parse_options(const std::vector<std::string>& words, const std::vector<Option>& options,
                          std::vector<std::string>* rest) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (rest != nullptr && (words[i].empty() || words[i][0] != '-')) {
      rest->push_back(words[i]);
      continue;
    }
    const std::size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&name](const Option& option) { return name == option.name; });
    if (found == options.end()) return "unknown argument " + words[i];
    if (equals != std::string::npos) {
      *found->value = words[i].substr(equals + 1);
    } else if (++i < words.size()) {
      *found->value = words[i];
    } else {
      return name + " needs a value";
    }
    if (found->value->empty()) return name + " needs a value";
  }
  return "";
}

bool asks_for_help(const std::vector<std::string>& words) {
  return std::any_of(words.begin() + (words.empty() ? 0 : 1), words.end(),
                     [](const std::string& word) { return word == "--help" || word == "-h"; });
}

}  // namespace sagebrush::vision
