#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "aws/model.h"

namespace sagebrush::aws {

// All services whose models were built in, in the order of tools/codegen/services.list.
std::span<const tables::ServiceRow* const> service_rows();

std::optional<Service> find_service(std::string_view id);
// By the name in a credential scope: "sagemaker", "s3", "monitoring". The first in the list where
// several share one.
std::optional<Service> find_service_by_signing_name(std::string_view name);

// "SageMaker.CreateTrainingJob", the value of X-Amz-Target. found is nullopt for a known service's
// unknown operation.
struct Target {
  Service service;
  std::string_view operation_name;
  std::optional<Operation> found;
};
std::optional<Target> find_target(std::string_view x_amz_target);

}  // namespace sagebrush::aws
