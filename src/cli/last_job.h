#pragma once

#include <filesystem>
#include <string>

namespace sagebrush::cli {

// The last job that `train` created from a folder: commands there that need a job and are told none
// mean this one. Kept in FOLDER/.sagebrush/last-job.
void remember_job(const std::string& name, const std::filesystem::path& folder = ".");

// "" when there is none.
std::string remembered_job(const std::filesystem::path& folder = ".");

}  // namespace sagebrush::cli
