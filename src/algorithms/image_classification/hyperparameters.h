#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sagebrush::vision {

enum class Optimizer { kSgd, kNesterov };
enum class Schedule { kOneCycle, kCosine, kConstant };

// The values that a run trains by. Ranges, defaults and help: the table in hyperparameter_table.cc.
struct Hyperparameters {
  std::int64_t epochs = 0;
  std::int64_t batch_size = 0;
  double learning_rate = 0;
  Optimizer optimizer = Optimizer::kNesterov;
  double momentum = 0;
  double weight_decay = 0;
  Schedule lr_schedule = Schedule::kOneCycle;
  double warmup_fraction = 0;
  double label_smoothing = 0;
  std::int64_t random_shift = 0;  // pixels
  double width = 0;
  std::int64_t seed = 0;
  double target_accuracy = 0;  // 0: none
  // What the user says of the data: held against it, never trusted. Absent: what the data say.
  std::optional<std::int64_t> num_classes;
  std::optional<std::int64_t> num_training_samples;
  std::optional<std::vector<std::int64_t>> image_shape;  // channels, height, width
};

// Reads names and values as /opt/ml/input/config/hyperparameters.json has them (all values strings,
// JSON strings in strings too, as the SDK's framework estimators send). Names that start with
// sagemaker_ or _tuning_ are skipped. Throws Error{kUser} that names the field, its value and what
// would be right; an unknown name gets the nearest known.
Hyperparameters parse_hyperparameters(const std::map<std::string, std::string>& given);

// The text of /opt/ml/input/config/hyperparameters.json as names and values. Throws Error{kUser}.
std::map<std::string, std::string> parse_hyperparameters_json(std::string_view text);

// Every hyperparameter with its value as text, in the table's order; absent ones left out.
std::vector<std::pair<std::string, std::string>> to_pairs(const Hyperparameters& values);

// The table as text for --help: name, type, range, default, unit, meaning, aliases.
std::string hyperparameters_help();

}  // namespace sagebrush::vision
