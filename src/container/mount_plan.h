#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace sagebrush::container {

// One mount to make before the runtime starts. kOverlay: `source` below, writes go to `upper`.
// kBind, kBindReadOnly: `source` itself.
struct Mount {
  enum class Kind { kOverlay, kBind, kBindReadOnly };
  Kind kind = Kind::kBind;
  std::filesystem::path source;
  std::filesystem::path target;
  std::filesystem::path upper;  // kOverlay: empty folders on one file system
  std::filesystem::path work;
};

boost::json::array to_json(const std::vector<Mount>& mounts);
// Throws Error{kInvalid}.
std::vector<Mount> mounts_from_json(const boost::json::array& array);

// Gives this process a mount namespace of its own (and, without root, a user namespace in which it
// is root), from which nothing spreads to the machine. All mounts made after this vanish with the
// last process in it, however that process ends.
void enter_private_mounts(bool rootless);
// crun refuses machines with both cgroup versions; it only looks at this mount, so that hiding it
// here is enough.
void hide_unified_cgroup();
// Makes the mounts in order; nosuid and nodev. An overlay that the file system refuses becomes a
// read-only bind.
void apply(const std::vector<Mount>& mounts, bool rootless);

}  // namespace sagebrush::container
