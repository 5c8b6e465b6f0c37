#pragma once

#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "container/frame_log.h"

namespace sagebrush::agent {

// Shows a container's output as it comes, each stream as its own, and writes it to a file.
class LocalOutput {
 public:
  LocalOutput(std::filesystem::path frames, const std::filesystem::path& log)
      : reader_(std::move(frames)), log_(log, std::ios::binary) {}
  void show_new();
  // The last lines on stderr.
  std::vector<std::string> last_errors() const { return {errors_.begin(), errors_.end()}; }

 private:
  container::FrameReader reader_;
  std::ofstream log_;
  std::deque<std::string> errors_;
};

}  // namespace sagebrush::agent
