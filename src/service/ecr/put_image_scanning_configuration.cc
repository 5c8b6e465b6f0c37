#include "generated/ecr/put_image_scanning_configuration.h"

#include <boost/json.hpp>

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

// Kept and shown; nothing is scanned.
PutImageScanningConfigurationResponse put_image_scanning_configuration(
    Call& call, const PutImageScanningConfigurationRequest& request) {
  const std::string name = request.repositoryName();
  check_registry(call, request.registryId(), name);
  const bool scan = request.imageScanningConfiguration().scanOnPush().value_or(false);
  value_of(call,
           call.house.images.update_repository(
               name,
               [&](store::Repository& changing) {
                 auto settings = boost::json::parse(changing.settings).as_object();
                 settings["scanOnPush"] = scan;
                 changing.settings = boost::json::serialize(settings);
               }),
           name);
  return PutImageScanningConfigurationResponse()
      .set_registryId(call.house.account)
      .set_repositoryName(name)
      .set_imageScanningConfiguration(request.imageScanningConfiguration());
}

}  // namespace sagebrush::service::ecr
