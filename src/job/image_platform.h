#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "store/image_manifest.h"

namespace sagebrush::job {

// "linux/arm64", in the words of OCI: GOOS and GOARCH.
struct Platform {
  std::string os;
  std::string architecture;
  std::string text() const { return os + "/" + architecture; }
};

Platform this_platform();

// The entry of an index for the machine. Attestations ("unknown/unknown") do not count. Throws
// Error{kInvalid}: the machine cannot run what is there.
const store::Descriptor& choose_platform(const std::vector<store::Descriptor>& manifests,
                                         const Platform& machine);
// The same of one image's configuration. What it does not say is taken to be right.
void require_platform(const boost::json::object& config, const Platform& machine);

}  // namespace sagebrush::job
