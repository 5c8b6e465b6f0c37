#include "aws/registry.h"

namespace sagebrush::aws {

std::optional<Service> find_service(std::string_view id) {
  for (const tables::ServiceRow* row : service_rows()) {
    if (row->id == id) return Service(row);
  }
  return std::nullopt;
}

std::optional<Service> find_service_by_signing_name(std::string_view name) {
  for (const tables::ServiceRow* row : service_rows()) {
    if (row->signing_name == name) return Service(row);
  }
  return std::nullopt;
}

std::optional<Target> find_target(std::string_view x_amz_target) {
  std::size_t dot = x_amz_target.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::string_view name = x_amz_target.substr(dot + 1);
  for (const tables::ServiceRow* row : service_rows()) {
    if (row->target_prefix.empty() || row->target_prefix != x_amz_target.substr(0, dot)) continue;
    return Target{Service(row), name, Service(row).find_operation(name)};
  }
  return std::nullopt;
}

}  // namespace sagebrush::aws
