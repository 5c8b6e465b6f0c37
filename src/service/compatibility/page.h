#pragma once

#include <string>

namespace sagebrush::service {

// docs/compatibility.md, from the operation registry, the service models and the table of member
// effects.
std::string compatibility_page();

}  // namespace sagebrush::service
