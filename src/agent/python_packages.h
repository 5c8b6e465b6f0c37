#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/code_folder.h"
#include "agent/script_command.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// A script's own Python packages: a virtual environment over those of the machine or of the job's
// image, kept for all jobs that need the same.
struct PackagePlan {
  std::string key;          // of what goes in: the same needs over the same packages, the same key
  std::string interpreter;  // its path in the container
  std::string image;        // of the registry, as the job named it; "" for the machine
  std::string baked;        // the source's folder in that image; "" for the workplace's
  bool package = false;     // the source itself is installed too (setup.py)
  bool requirements = false;
};

// True where the source has requirements, or is a package with a setup.py.
bool needs_packages(const CodeFolder& code, EntryPoint entry);

// nullopt when the source needs nothing. Reads what the key is made of: of a package, all of it.
std::optional<PackagePlan> package_plan(const CodeFolder& code, EntryPoint entry,
                                        const std::string& interpreter,
                                        const agent_protocol::Image& image);

// Where the environment is in a container, while it is made and when it is used.
inline constexpr const char* kEnvironmentFolder = "/opt/sagebrush/venv";
inline constexpr const char* kEnvironmentPython = "/opt/sagebrush/venv/bin/python";

// What makes the environment, by /bin/sh in a container that sees the source at /opt/ml/code.
std::vector<std::string> install_command(const PackagePlan& plan);

// pip's words for a failure, and what to do where it found no package. lines: the last on stderr.
std::string install_failure(const PackagePlan& plan, int exit_code,
                            const std::vector<std::string>& lines);

}  // namespace sagebrush::agent
