#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::container {

// What an overlay of unpacked layers will show, looked at without mounting it.
class LayerStack {
 public:
  // roots: the topmost layer first; nobody writes there.
  explicit LayerStack(std::vector<std::filesystem::path> roots);

  struct Found {
    std::filesystem::path path;  // in its layer
    struct stat status{};        // of itself, also when it is a link
  };
  // nullopt when nothing is there, or only by way of a link, which is not followed.
  std::optional<Found> find(const std::filesystem::path& relative) const;
  // The same, following links as a process in the container would. nullopt also for links that lead
  // round.
  std::optional<Found> resolve(const std::filesystem::path& path) const;
  // What is directly in a folder, sorted; folders with a slash behind. Empty when there is none.
  std::vector<std::string> names(const std::filesystem::path& folder) const;
  // At most `limit_bytes` of a regular file; "" when there is none.
  std::string read(const std::filesystem::path& relative, std::size_t limit_bytes) const;

  const std::vector<std::filesystem::path>& roots() const { return roots_; }

 private:
  std::vector<std::filesystem::path> roots_;
};

}  // namespace sagebrush::container
