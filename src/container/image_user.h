#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::container {

// Whom an image's program runs as.
struct ImageUser {
  unsigned uid = 0;
  unsigned gid = 0;
  std::vector<unsigned> groups;  // besides gid
  std::string home = "/root";
};

// Reads "", "name", "uid", "name:group" or "uid:gid" with the image's own /etc/passwd and
// /etc/group, as docker does: a number that passwd does not know runs in group 0. Throws
// Error{kInvalid} for a name that the image does not have.
ImageUser image_user(std::string_view text, std::string_view passwd, std::string_view group);

}  // namespace sagebrush::container
