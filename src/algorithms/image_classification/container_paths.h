#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace sagebrush::vision {

// Where SageMaker's container contract puts things, below one base folder (/opt/ml unless --opt-ml
// says otherwise).
class ContainerPaths {
 public:
  explicit ContainerPaths(std::filesystem::path base) : base_(std::move(base)) {}

  std::filesystem::path hyperparameters() const {
    return base_ / "input/config/hyperparameters.json";
  }
  std::filesystem::path input_data_config() const {
    return base_ / "input/config/inputdataconfig.json";
  }
  std::filesystem::path resource_config() const {
    return base_ / "input/config/resourceconfig.json";
  }
  std::filesystem::path data() const { return base_ / "input/data"; }
  std::filesystem::path model() const { return base_ / "model"; }
  std::filesystem::path output_data() const { return base_ / "output/data"; }
  std::filesystem::path failure() const { return base_ / "output/failure"; }
  std::filesystem::path checkpoints() const { return base_ / "checkpoints"; }

 private:
  std::filesystem::path base_;
};

// The channels of a job, name → folder: those that inputdataconfig.json names, or where it is
// absent the folders of input/data. Throws Error{kUser} when there is none, or when a named one is
// not File or FastFile mode.
std::map<std::string, std::filesystem::path> find_channels(const ContainerPaths& paths);

}  // namespace sagebrush::vision
