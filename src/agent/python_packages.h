#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/script_command.h"

namespace sagebrush::agent {

// A script's own Python packages: a virtual environment over the machine's, kept for all jobs that
// need the same.
struct PackagePlan {
  std::string key;          // of what goes in: the same needs on the same machine, the same key
  std::string interpreter;  // of the machine
  bool package = false;     // the source itself is installed too (setup.py)
  bool requirements = false;
};

// nullopt when the source needs nothing: neither a requirements.txt nor a setup.py of a package.
std::optional<PackagePlan> package_plan(const std::filesystem::path& code, EntryPoint entry,
                                        const std::string& interpreter);

// Where the environment is in a container, while it is made and when it is used.
inline constexpr const char* kEnvironmentFolder = "/opt/sagebrush/venv";
inline constexpr const char* kEnvironmentPython = "/opt/sagebrush/venv/bin/python";

// What makes the environment, by /bin/sh in a container that sees the source at /opt/ml/code.
std::vector<std::string> install_command(const PackagePlan& plan);

// pip's words for a failure, and what to do where it found no package. lines: the last on stderr.
std::string install_failure(const PackagePlan& plan, int exit_code,
                            const std::vector<std::string>& lines);

}  // namespace sagebrush::agent
