#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent_protocol/registry_image.h"

namespace sagebrush::job {

// kElsewhere: not for this server's registry to say.
enum class ImagePresence { kHere, kNoRepository, kNoImage, kElsewhere };

// What jobs need of the registry's images.
struct ImageSource {
  // The image that a TrainingImage means among this server's repositories, for this machine's
  // platform: "HOST:PORT/repo:tag" of this server, "ACCOUNT.dkr.ecr.REGION.amazonaws.com/repo:tag",
  // "repo:tag", each also with "@sha256:…". nullopt when its name is of none of them: the alias
  // table is asked next. Its blobs stay on disk until release(holder), also when the server is
  // started again. Throws Error{kNotFound, kInvalid} in the words for FailureReason.
  std::function<std::optional<agent_protocol::RegistryImage>(const std::string& reference,
                                                             const std::string& holder)>
      resolve;
  // Whether a TrainingImage is there now, whatever is in it.
  std::function<ImagePresence(const std::string& reference)> look;
  std::function<void(const std::string& holder)> release;
  // Releases all holders but these; at the server's start.
  std::function<void(const std::vector<std::string>& holders)> retain;
};

}  // namespace sagebrush::job
