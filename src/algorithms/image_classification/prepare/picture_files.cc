#include "algorithms/image_classification/prepare/picture_files.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/image.h"
#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

bool ignored(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.empty() || name[0] == '.' || name == "Thumbs.db" || name == "desktop.ini";
}

bool is_file(fs::file_type type) {
  return type == fs::file_type::regular || type == fs::file_type::not_found ||
         type == fs::file_type::none;
}

std::vector<fs::path> sorted_entries(const fs::path& folder, bool folders) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code unknown;
    const fs::file_type type = at->status(unknown).type();
    if (!ignored(at->path()) && (folders ? type == fs::file_type::directory : is_file(type)))
      found.push_back(at->path());
  }
  if (error) user_error(folder.string() + ": cannot be listed: " + error.message());
  std::sort(found.begin(), found.end());
  return found;
}

void add_files_below(const fs::path& folder, std::set<fs::path>& seen,
                     std::vector<fs::path>& found) {
  if (!seen.insert(fs::canonical(folder)).second) return;
  const std::vector<fs::path> files = files_in(folder);
  found.insert(found.end(), files.begin(), files.end());
  for (const fs::path& inner : folders_in(folder)) add_files_below(inner, seen, found);
}

}  // namespace

std::vector<fs::path> folders_in(const fs::path& folder) {
  return sorted_entries(folder, true);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  return sorted_entries(folder, false);
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::set<fs::path> seen;
  std::vector<fs::path> found;
  add_files_below(folder, seen, found);
  return found;
}

bool is_picture(const fs::path& file) {
  const std::string ending = lower(file.extension().string());
  if (ending == ".jpg" || ending == ".jpeg" || ending == ".png") return true;
  char start[8] = {};
  std::ifstream(file, std::ios::binary).read(start, sizeof(start));
  return looks_like_image(reinterpret_cast<const std::uint8_t*>(start), sizeof(start));
}

}  // namespace sagebrush::vision
