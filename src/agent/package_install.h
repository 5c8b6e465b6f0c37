#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/orders.h"
#include "agent/python_packages.h"
#include "container/runtime.h"

namespace sagebrush::agent {

// DATA/venvs: environments by key, whole or not there, shared by all jobs of this machine.
struct PackageStore {
  std::filesystem::path root;
  std::filesystem::path environment(const PackagePlan& plan) const { return root / plan.key; }
  bool has(const PackagePlan& plan) const {
    return std::filesystem::exists(environment(plan) / "bin");
  }
};

// The image in which pip runs, its layers held.
struct InstallImage {
  std::vector<std::filesystem::path> layers;  // the topmost first
  std::vector<std::filesystem::path> lock_files;
  std::vector<std::string> environment;  // of its configuration
};

// One installation: pip in a container of the job's image that sees the source, and the machine's
// network unless the job is isolated; a source's setup.py runs nowhere else.
struct PackageInstall {
  PackageStore store;
  PackagePlan plan;
  std::filesystem::path code;  // the source, unless it is the image's
  std::optional<InstallImage> image;
  std::filesystem::path scratch;  // a folder of this installation's own
  std::filesystem::path log;      // frames of pip's output are added to it
  std::string cgroup_path;
  container::Runtime runtime;
  bool network = true;

  std::filesystem::path environment() const { return store.environment(plan); }
};

enum class InstallEnd { kInstalled, kFailed, kStopped };
struct InstallResult {
  InstallEnd end = InstallEnd::kInstalled;
  int exit_code = 0;
};

// Makes the environment unless it is there; two jobs that want the same wait for one of them.
// Throws LeaseLost, Error{kInternal} when the container could not be started.
InstallResult install_packages(const PackageInstall& install, const Orders& orders);

// Ends what an installation has left running, and waits until it is gone.
void end_installation(const PackageInstall& install);

}  // namespace sagebrush::agent
