#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/image_classification/precision.h"

namespace sagebrush::vision {

enum class Architecture { kCnn, kResnet18, kAirbench94, kAirbench95, kAirbench96 };
enum class OptimizerKind { kSgd, kNesterov, kMuon, kAdamw };
enum class Schedule { kOneCycle, kCosine, kLinear, kConstant };
enum class DecayRule { kWeights, kAll };
enum class Flip { kNone, kRandom, kAlternating };
enum class TestViews { kNone, kMirror, kMirrorTranslate };
enum class Selection { kLast, kBest };

// The values that a run trains by. Ranges, defaults and help: the table in hyperparameter_table.cc.
struct Hyperparameters {
  Architecture model = Architecture::kCnn;
  double epochs = 0;  // the last one may be a part of one
  std::int64_t batch_size = 0;
  double learning_rate = 0;
  OptimizerKind optimizer = OptimizerKind::kNesterov;
  double momentum = 0;
  double muon_learning_rate = 0;
  double muon_momentum = 0;
  double beta_1 = 0;
  double beta_2 = 0;
  double eps = 0;
  double weight_decay = 0;
  DecayRule weight_decay_rule = DecayRule::kWeights;
  double norm_bias_lr_factor = 0;
  double whiten_bias_epochs = 0;
  Schedule lr_schedule = Schedule::kOneCycle;
  double warmup_fraction = 0;
  double initial_lr_factor = 0;
  double final_lr_factor = 0;
  double label_smoothing = 0;
  double gradient_clip = 0;  // 0: none
  double ema_decay = 0;      // 0: none
  std::int64_t lookahead_steps = 0;
  double lookahead_decay = 0;
  std::int64_t random_shift = 0;  // pixels
  std::int64_t random_crop = 0;   // pixels
  Flip random_flip = Flip::kNone;
  std::int64_t cutout = 0;  // pixels
  double color_jitter = 0;
  std::int64_t ghost_batch_size = 0;  // images; 0: the whole batch
  bool sync_batch_norm = false;
  TestViews test_time_augmentation = TestViews::kNone;
  Precision precision_dtype = Precision::kFloat32;
  double width = 0;
  std::int64_t seed = 0;
  double target_accuracy = 0;  // 0: none
  bool early_stopping = false;
  std::int64_t early_stopping_min_epochs = 0;
  std::int64_t early_stopping_patience = 0;
  double early_stopping_tolerance = 0;
  Selection model_selection = Selection::kLast;
  std::int64_t checkpoint_seconds = 0;
  std::int64_t log_steps = 0;  // 0: none
  // What the user says of the data: held against it, never trusted. Absent: what the data say.
  std::optional<std::int64_t> num_classes;
  std::optional<std::int64_t> num_training_samples;
  std::optional<std::vector<std::int64_t>> image_shape;  // channels, height, width
};

// Reads names and values as /opt/ml/input/config/hyperparameters.json has them (all values strings,
// JSON strings in strings too, as the SDK's framework estimators send). What is not given has the
// default of the model. Names that start with sagemaker_ or _tuning_ are skipped. Throws
// Error{kUser} that names the field, its value and what would be right; an unknown name gets the
// nearest known.
Hyperparameters parse_hyperparameters(const std::map<std::string, std::string>& given);

// The text of /opt/ml/input/config/hyperparameters.json as names and values. Throws Error{kUser}.
std::map<std::string, std::string> parse_hyperparameters_json(std::string_view text);

// Every hyperparameter with its value as text, in the table's order; absent ones left out.
std::vector<std::pair<std::string, std::string>> to_pairs(const Hyperparameters& values);

// What to_pairs() says of a hyperparameter that nobody said; nullopt for what the data say.
std::optional<std::string> default_of(const std::string& name, Architecture model);

// Whether a run that is resumed must have the same value as the one that was stopped.
bool decides_the_result(const std::string& hyperparameter);

}  // namespace sagebrush::vision
