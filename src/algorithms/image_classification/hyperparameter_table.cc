#include "algorithms/image_classification/hyperparameter_table.h"

#include <type_traits>

namespace sagebrush::vision {
namespace {

using H = Hyperparameters;
using Row = HyperparameterRow;
using Type = HyperparameterRow::Type;

template <typename T>
Row number(const char* name, T H::* member, double low, double high, const char* by_default,
           const char* unit, const char* help, std::vector<std::string> aliases = {}) {
  return {name,
          std::is_integral_v<T> ? Type::kInteger : Type::kReal,
          low,
          high,
          by_default,
          unit,
          help,
          std::move(aliases),
          {},
          [member](H& h, double v) { h.*member = static_cast<T>(v); },
          [member](const H& h) { return std::optional<double>(static_cast<double>(h.*member)); }};
}

template <typename T>
Row choice(const char* name, T H::* member, std::vector<std::string> choices,
           const char* by_default, const char* help, std::vector<std::string> aliases = {}) {
  return {name,
          Type::kChoice,
          0,
          0,
          by_default,
          "",
          help,
          std::move(aliases),
          std::move(choices),
          [member](H& h, double v) { h.*member = static_cast<T>(static_cast<int>(v)); },
          [member](const H& h) {
            return std::optional<double>(static_cast<double>(static_cast<int>(h.*member)));
          }};
}

Row from_data(const char* name, std::optional<std::int64_t> H::* member, double low, double high,
              const char* unit, const char* help) {
  return {name,
          Type::kInteger,
          low,
          high,
          nullptr,
          unit,
          help,
          {},
          {},
          [member](H& h, double v) { h.*member = static_cast<std::int64_t>(v); },
          [member](const H& h) {
            return h.*member ? std::optional<double>(static_cast<double>(*(h.*member)))
                             : std::nullopt;
          }};
}

}  // namespace

const std::vector<HyperparameterRow>& hyperparameter_table() {
  // Seeds are held to what a double can carry exactly, as JSON readers do.
  constexpr double kMaxSeed = 9007199254740991;
  static const std::vector<Row> rows = {
      number("epochs", &H::epochs, 1, 10000, "3", "passes", "passes over the training data"),
      number("batch_size", &H::batch_size, 2, 65536, "256", "images", "images in a step",
             {"mini_batch_size", "mini-batch-size", "batch-size"}),
      number("learning_rate", &H::learning_rate, 1e-9, 100, "0.1", "",
             "highest learning rate of the schedule", {"learning-rate", "lr"}),
      choice("optimizer", &H::optimizer, {"sgd", "nag"}, "nag",
             "sgd: momentum; nag: Nesterov's momentum"),
      number("momentum", &H::momentum, 0, 0.9999, "0.9", "", "momentum of the optimizer"),
      number("weight_decay", &H::weight_decay, 0, 1, "0.0005", "",
             "L2 penalty on weights (not on biases and normalisation)", {"weight-decay"}),
      choice("lr_schedule", &H::lr_schedule, {"one_cycle", "cosine", "constant"}, "one_cycle",
             "one_cycle: linear up, linear to zero; cosine: linear up, cosine to zero; constant: "
             "linear up, stays"),
      number("warmup_fraction", &H::warmup_fraction, 0, 0.9, "0.25", "of all steps",
             "steps over which the learning rate rises"),
      number("label_smoothing", &H::label_smoothing, 0, 0.9, "0", "",
             "share of each label given to all classes"),
      number("random_shift", &H::random_shift, 0, 16, "1", "pixels",
             "each training image is moved at random by up to this many pixels both ways"),
      number("width", &H::width, 0.25, 16, "1", "times", "channels of the network, times this"),
      number("seed", &H::seed, 0, kMaxSeed, "0", "",
             "the same seed gives the same weights, bit for bit, on any number of processors of "
             "one kind"),
      number("target_accuracy", &H::target_accuracy, 0, 1, "0", "",
             "stop after the epoch that reaches this validation accuracy; 0: never",
             {"target-accuracy"}),
      from_data("num_classes", &H::num_classes, 2, 65536, "classes", "labels are 0 to one less"),
      from_data("num_training_samples", &H::num_training_samples, 1, 1e12, "images",
                "held against the training data"),
      {"image_shape",
       Type::kIntegers,
       1,
       4096,
       nullptr,
       "pixels",
       "channels,height,width; held against the training data",
       {"image-shape"},
       {},
       nullptr,
       nullptr},
  };
  return rows;
}

}  // namespace sagebrush::vision
