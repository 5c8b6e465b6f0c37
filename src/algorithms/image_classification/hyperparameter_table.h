#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/image_classification/hyperparameters.h"

namespace sagebrush::vision {

// One hyperparameter: validation, --help and what is written to config.json all come from here.
struct HyperparameterRow {
  enum class Type { kInteger, kReal, kChoice, kIntegers };

  const char* name;
  Type type;
  double low;  // of numbers
  double high;
  const char* by_default;  // nullptr: taken from the data
  const char* unit;
  const char* help;
  std::vector<std::string> aliases;  // AWS's built-in image-classification names that mean the same
  std::vector<std::string> choices;  // of kChoice, in the enumerator's order
  std::function<void(Hyperparameters&, double)> set;
  std::function<std::optional<double>(const Hyperparameters&)> get;  // nothing: not given
};

const std::vector<HyperparameterRow>& hyperparameter_table();

}  // namespace sagebrush::vision
