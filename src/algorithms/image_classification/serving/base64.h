#pragma once

#include <string_view>

#include "algorithms/image_classification/file.h"

namespace sagebrush::vision {

// RFC 4648, with padding; white space is skipped. Throws Error{kUser} for anything else.
Bytes decode_base64(std::string_view text);

}  // namespace sagebrush::vision
