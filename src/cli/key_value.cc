#include "cli/key_value.h"

#include "base/error.h"

namespace sagebrush::cli {

std::pair<std::string, std::string> parse_key_value(std::string_view flag, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw Error(ErrorKind::kInvalid, std::string(flag) + " '" + std::string(text) + "': write " +
                                         std::string(flag) + " KEY=VALUE");
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

}  // namespace sagebrush::cli
