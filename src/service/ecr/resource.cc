#include "service/ecr/resource.h"

#include "base/text.h"
#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

std::string require_resource(const Call& call, const std::string& arn) {
  constexpr std::string_view kRepository = "repository/";
  const auto parts = split(arn, ':');
  if (parts.size() != 6 || parts[2] != "ecr" || parts[4] != call.house.account ||
      !parts[5].starts_with(kRepository)) {
    throw aws::AwsError("InvalidParameterException", 400,
                        "Invalid parameter at 'resourceArn' failed to satisfy constraint: "
                        "'Invalid ARN'");
  }
  const std::string name(parts[5].substr(kRepository.size()));
  return repository_arn(call, value_of(call, call.house.images.find_repository(name), name));
}

}  // namespace sagebrush::service::ecr
