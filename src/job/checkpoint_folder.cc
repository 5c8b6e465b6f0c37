#include "job/checkpoint_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace sagebrush::job {
namespace {

namespace fs = std::filesystem;

// The folder itself would be hidden, or mean something else than checkpoints.
constexpr std::array kNotItself = {"/",
                                   "/opt",
                                   "/opt/ml",
                                   "/opt/ml/model",
                                   "/opt/ml/code",
                                   "/bin",
                                   "/etc",
                                   "/opt/ml/output",
                                   "/opt/ml/output/data",
                                   "/opt/ml/output/metrics",
                                   "/lib",
                                   "/lib64",
                                   "/lib32",
                                   "/libx32",
                                   "/run",
                                   "/sbin",
                                   "/usr",
                                   "/var",
                                   "/opt/ml/output/failure"};
// Nor anything below these.
constexpr std::array kNothingBelow = {"/opt/ml/input", "/opt/sagebrush", "/dev", "/proc", "/sys"};
// A job on this machine's own system sees the machine's here, and can't have folders added.
constexpr std::array kOfTheHost = {"/bin", "/etc",  "/lib", "/lib32", "/lib64", "/libx32",
                                   "/opt", "/sbin", "/run", "/usr",   "/var"};

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [at, rest] = std::ranges::mismatch(folder, path);
  return at == folder.end();
}

}  // namespace

std::optional<std::string> checkpoint_folder_problem(std::string_view text,
                                                     agent_protocol::ImageKind image) {
  const fs::path given(text);
  if (!given.is_absolute()) return "it must be an absolute path";
  if (std::ranges::find(given, "..") != given.end()) return "it must not contain '..'";
  fs::path path = fs::path("/") / given.lexically_normal().relative_path();
  if (path.filename().empty()) path = path.parent_path();
  const auto covers = [&](const char* folder) { return is_below(path, folder); };
  if (std::ranges::find(kNotItself, path.string()) != kNotItself.end() ||
      std::ranges::any_of(kNothingBelow, covers)) {
    return "that folder has another meaning in a job's container";
  }
  if (image != agent_protocol::ImageKind::kRegistry && !is_below(path, "/opt/ml") &&
      std::ranges::any_of(kOfTheHost, covers)) {
    return "a job in this image sees the machine's own files there";
  }
  return std::nullopt;
}

}  // namespace sagebrush::job
