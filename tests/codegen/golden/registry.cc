// Generated from the service model of all services by tools/codegen; not to be edited.
#include "service/registry.h"

namespace sagebrush::service {

std::span<const Implementation> implementations_of_made_up();

std::span<const Implementation> implementations(const aws::Service& service) {
  if (service.id() == "made-up") return implementations_of_made_up();
  return {};
}

}  // namespace sagebrush::service
