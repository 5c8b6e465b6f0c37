#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/hash.h"
#include "container/layer_stack.h"

namespace sagebrush::agent {

// A script's source, before there is a container to look into.
class CodeFolder {
 public:
  virtual ~CodeFolder() = default;
  // What is directly in it, sorted; folders with a slash behind.
  virtual std::vector<std::string> names() const = 0;
  // True also where a link is on the way: where that leads, only the container can say.
  virtual bool has(const std::filesystem::path& file) const = 0;
  // Of a regular file directly in it; "" when there is none.
  virtual std::string read(const std::string& name) const = 0;
  // All that is in it, as far as what else goes into the hash does not say it.
  virtual void add_to(Hasher& hasher) const = 0;
};

// A folder of this machine.
class LocalCode final : public CodeFolder {
 public:
  explicit LocalCode(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::vector<std::string> names() const override;
  bool has(const std::filesystem::path& file) const override;
  std::string read(const std::string& name) const override;
  void add_to(Hasher& hasher) const override;

 private:
  std::filesystem::path folder_;
};

// A folder of an image, whose digest says what is in it.
class BakedCode final : public CodeFolder {
 public:
  // folder: from the root. The layers are kept by whoever made this.
  BakedCode(const container::LayerStack& layers, std::filesystem::path folder)
      : layers_(layers), folder_(std::move(folder)) {}
  std::vector<std::string> names() const override { return layers_.names(folder_); }
  bool has(const std::filesystem::path& file) const override;
  std::string read(const std::string& name) const override;
  void add_to(Hasher& hasher) const override { hasher.update(folder_.string()); }

 private:
  const container::LayerStack& layers_;
  std::filesystem::path folder_;
};

// Lets anybody run a regular file below the folder; does nothing where there is none, or a link is
// on the way.
void make_executable(const std::filesystem::path& folder, const std::filesystem::path& file);

}  // namespace sagebrush::agent
