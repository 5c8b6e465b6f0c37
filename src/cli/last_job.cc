#include "cli/last_job.h"

#include <fstream>

namespace sagebrush::cli {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / ".sagebrush" / "last-job";
}

}  // namespace

void remember_job(const std::string& name, const std::filesystem::path& folder) {
  // A folder that may not be written is no reason to end: the job is named on the screen too.
  std::error_code failed;
  std::filesystem::create_directories(file_in(folder).parent_path(), failed);
  std::ofstream(file_in(folder)) << name << '\n';
}

std::string remembered_job(const std::filesystem::path& folder) {
  std::ifstream in(file_in(folder));
  std::string name;
  std::getline(in, name);
  return name;
}

}  // namespace sagebrush::cli
