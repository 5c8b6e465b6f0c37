// Generated from the service model of all services by tools/codegen; not to be edited.
#include "aws/registry.h"

namespace sagebrush::aws {
namespace tables {
extern const ServiceRow k_made_up;
}  // namespace tables

std::span<const tables::ServiceRow* const> service_rows() {
  static constexpr const tables::ServiceRow* kRows[] = {&tables::k_made_up};
  return kRows;
}

}  // namespace sagebrush::aws
