#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace sagebrush::container {

// One mount to make before the runtime starts. kBind, kBindReadOnly: `source` itself. kOverlay:
// `source` below, writes go to `upper`. kLayers: the same, with `lower` below `source`, lowest
// last.
struct Mount {
  enum class Kind { kOverlay, kLayers, kBind, kBindReadOnly };
  Kind kind = Kind::kBind;
  std::filesystem::path source;
  std::filesystem::path target;
  std::filesystem::path upper;  // of an overlay: empty folders on one file system
  std::filesystem::path work;
  std::vector<std::filesystem::path> lower;
  // kBind, kBindReadOnly: when set, `source` is a path below it, on which no link is followed:
  // others may write there.
  std::filesystem::path source_root = {};

  static Mount bind(std::filesystem::path source, std::filesystem::path target) {
    return {Kind::kBind, std::move(source), std::move(target), {}, {}, {}};
  }
  static Mount bind_read_only(std::filesystem::path source, std::filesystem::path target) {
    return {Kind::kBindReadOnly, std::move(source), std::move(target), {}, {}, {}};
  }
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
// Makes the mounts in order; nosuid and nodev. A kOverlay that the file system refuses becomes a
// read-only bind.
void apply(const std::vector<Mount>& mounts, bool rootless);

}  // namespace sagebrush::container
