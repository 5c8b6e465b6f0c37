#pragma once

#include <string>
#include <vector>

namespace sagebrush::container {

// What root may do in a container whose root file system is the machine's own.
std::vector<std::string> few_capabilities();

// What root may do in a container of an image: Docker's own default, for images that were built to
// it (sshd binds port 22 and locks its children into a folder), but for MKNOD. A device node that a
// job makes in /opt/ml lies on the machine's file system, which the container's device rules do not
// guard. Without those that this process may not hand on.
std::vector<std::string> image_capabilities();

}  // namespace sagebrush::container
