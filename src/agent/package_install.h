#pragma once

#include <filesystem>
#include <string>

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

// One installation: pip in a container of the host image that sees the source, and the machine's
// network unless the job is isolated; a source's setup.py runs nowhere else.
struct PackageInstall {
  PackageStore store;
  PackagePlan plan;
  std::filesystem::path code;     // the source
  std::filesystem::path scratch;  // a folder of this installation's own
  std::filesystem::path log;      // frames of pip's output are added to it
  std::string cgroup_path;
  container::Runtime runtime;
  bool network = true;
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
