#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/image_classification/hyperparameters.h"

namespace sagebrush::vision {

// One hyperparameter: validation, --help, the documentation, the ranges for tuning and what is
// written to config.json all come from here.
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
  std::vector<std::pair<const char*, const char*>> by_model = {};    // other defaults

  // What a tuning job may search, and how.
  struct Tuning {
    double low;
    double high;
    const char* scaling;  // SageMaker's: Linear, Logarithmic, ReverseLogarithmic
  };
  std::optional<Tuning> tuning = {};

  const char* default_for(const std::string& model) const;
};

const std::vector<HyperparameterRow>& hyperparameter_table();

// "an integer from 1 to 10", "one of a, b".
std::string range_of(const HyperparameterRow& row);

}  // namespace sagebrush::vision
