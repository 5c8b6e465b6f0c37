#include "algorithms/image_classification/hyperparameter_table.h"

#include <cstring>
#include <type_traits>

#include "algorithms/image_classification/text.h"

namespace sagebrush::vision {
namespace {

using H = Hyperparameters;
using Row = HyperparameterRow;
using Type = HyperparameterRow::Type;
using ByModel = std::vector<std::pair<const char*, const char*>>;

// Seeds are held to what a double can carry exactly, as JSON readers do.
constexpr double kMaxSeed = 9007199254740991;

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

Row operator|(Row row, ByModel others) {
  row.by_model = std::move(others);
  return row;
}

Row operator|(Row row, Row::Tuning tuning) {
  row.tuning = tuning;
  return row;
}

// The recipes: ResNet-18 as github.com/kuangliu/pytorch-cifar; airbench as arXiv 2404.00498 and its
// Muon successor, turned from sums over a batch into means and from decoupled weight decay into
// PyTorch's.
std::vector<Row> rows_of_training() {
  return {
      choice(
          "model", &H::model, {"cnn", "resnet18", "airbench94", "airbench95", "airbench96"}, "cnn",
          "cnn: three convolutions, for small grey images; resnet18: 3x3 stem, no first pooling; "
          "airbench94, 95, 96: fast networks for CIFAR-10, named after what they reach"),
      number("epochs", &H::epochs, 1, 10000, "3", "passes",
             "passes over the training data; the last may be a part of one") |
          ByModel{
              {"resnet18", "30"}, {"airbench94", "8"}, {"airbench95", "15"}, {"airbench96", "31"}} |
          Row::Tuning{1, 100, "Logarithmic"},
      number("batch_size", &H::batch_size, 2, 65536, "256", "images",
             "images in a step, over all hosts together",
             {"mini_batch_size", "mini-batch-size", "batch-size"}) |
          ByModel{{"resnet18", "128"},
                  {"airbench94", "2000"},
                  {"airbench95", "1024"},
                  {"airbench96", "1024"}} |
          Row::Tuning{32, 2048, "Logarithmic"},
      number("learning_rate", &H::learning_rate, 1e-9, 100, "0.1", "",
             "highest learning rate of the schedule, for the mean over the batch",
             {"learning-rate", "lr"}) |
          ByModel{{"airbench94", "1.656"}, {"airbench95", "1.304"}, {"airbench96", "1.174"}} |
          Row::Tuning{1e-4, 5, "Logarithmic"},
      choice(
          "optimizer", &H::optimizer, {"sgd", "nag", "muon", "adamw"}, "nag",
          "sgd: momentum; nag: Nesterov's momentum; muon: orthogonal updates of the filters, nag "
          "for the rest; adamw: Adam with decoupled weight decay") |
          ByModel{{"airbench94", "muon"}},
      number("momentum", &H::momentum, 0, 0.9999, "0.9", "", "momentum of sgd and nag") |
          ByModel{{"airbench94", "0.85"}, {"airbench95", "0.85"}, {"airbench96", "0.85"}} |
          Row::Tuning{0.5, 0.99, "ReverseLogarithmic"},
      number("muon_learning_rate", &H::muon_learning_rate, 1e-9, 100, "0.24", "",
             "highest learning rate of muon's filters") |
          Row::Tuning{0.01, 1, "Logarithmic"},
      number("muon_momentum", &H::muon_momentum, 0, 0.9999, "0.6", "", "momentum of muon"),
      number("beta_1", &H::beta_1, 0, 0.9999, "0.9", "", "adamw: decay of the mean"),
      number("beta_2", &H::beta_2, 0, 0.99999, "0.999", "", "adamw: decay of the mean square"),
      number("eps", &H::eps, 1e-12, 1, "1e-08", "", "adamw: added to the root"),
      number("weight_decay", &H::weight_decay, 0, 1, "0.0005", "",
             "L2 penalty, as PyTorch's optimizers have it", {"weight-decay"}) |
          ByModel{
              {"airbench94", "0.002415"}, {"airbench95", "0.00153"}, {"airbench96", "0.001333"}} |
          Row::Tuning{1e-5, 0.1, "Logarithmic"},
      choice("weight_decay_rule", &H::weight_decay_rule, {"weights", "all"}, "weights",
             "weights: not on biases and normalisation; all: on every parameter") |
          ByModel{{"resnet18", "all"},
                  {"airbench94", "all"},
                  {"airbench95", "all"},
                  {"airbench96", "all"}},
      number("norm_bias_lr_factor", &H::norm_bias_lr_factor, 0.001, 1000, "1", "times",
             "learning rate of normalisation's biases, times this; weight decay divided by it") |
          ByModel{{"airbench94", "64"}, {"airbench95", "64"}, {"airbench96", "64"}},
      number("whiten_bias_epochs", &H::whiten_bias_epochs, 0, 10000, "3", "passes",
             "airbench: the whitening layer's bias is trained so long"),
      choice("lr_schedule", &H::lr_schedule, {"one_cycle", "cosine", "linear", "constant"},
             "one_cycle",
             "one_cycle: linear up, linear down; cosine: linear up, cosine down; linear: down from "
             "the first step; constant: linear up, stays") |
          ByModel{{"resnet18", "cosine"}, {"airbench94", "linear"}},
      number("warmup_fraction", &H::warmup_fraction, 0, 0.9, "0.25", "of all steps",
             "steps over which the learning rate rises") |
          ByModel{{"resnet18", "0"},
                  {"airbench94", "0.23"},
                  {"airbench95", "0.23"},
                  {"airbench96", "0.1"}},
      number("initial_lr_factor", &H::initial_lr_factor, 0, 1, "0", "times",
             "where the rise starts, as a part of learning_rate") |
          ByModel{{"airbench94", "0.2"}, {"airbench95", "0.2"}, {"airbench96", "0.2"}},
      number("final_lr_factor", &H::final_lr_factor, 0, 1, "0", "times",
             "where the fall ends, as a part of learning_rate") |
          ByModel{{"airbench95", "0.07"}},
      number("label_smoothing", &H::label_smoothing, 0, 0.9, "0", "",
             "share of each label given to all classes") |
          ByModel{{"airbench94", "0.2"}, {"airbench95", "0.2"}, {"airbench96", "0.2"}} |
          Row::Tuning{0, 0.3, "Linear"},
      number("gradient_clip", &H::gradient_clip, 0, 1e6, "0", "",
             "longest gradient, all parameters together; longer ones are shortened to it; 0: none"),
      number(
          "ema_decay", &H::ema_decay, 0, 0.999999, "0", "",
          "a running mean of the weights, kept so much of at each step, is what is evaluated and "
          "saved; 0: none"),
      number("lookahead_steps", &H::lookahead_steps, 0, 1000, "0", "steps",
             "the weights are pulled to their running mean so often (Lookahead); 0: never") |
          ByModel{{"airbench95", "5"}, {"airbench96", "5"}},
      number("lookahead_decay", &H::lookahead_decay, 0, 1, "0.95", "",
             "how much of that mean a step keeps at the run's end; it grows with the cube of time"),
  };
}

std::vector<Row> rows_of_data() {
  return {
      number("random_shift", &H::random_shift, 0, 16, "1", "pixels",
             "each training image is moved at random by up to this many pixels both ways; what "
             "comes in is black") |
          ByModel{{"resnet18", "0"}, {"airbench94", "0"}, {"airbench95", "0"}, {"airbench96", "0"}},
      number("random_crop", &H::random_crop, 0, 16, "0", "pixels",
             "likewise, but what comes in is the image's reflection") |
          ByModel{{"resnet18", "4"}, {"airbench94", "2"}, {"airbench95", "2"}, {"airbench96", "4"}},
      choice("random_flip", &H::random_flip, {"none", "random", "alternating"}, "none",
             "left and right are exchanged: random: in every second image; alternating: in the "
             "other half of the images each epoch") |
          ByModel{{"resnet18", "random"},
                  {"airbench94", "alternating"},
                  {"airbench95", "alternating"},
                  {"airbench96", "alternating"}},
      number("cutout", &H::cutout, 0, 256, "0", "pixels",
             "side of a square that is blanked at a random place") |
          ByModel{{"airbench96", "12"}},
      number("color_jitter", &H::color_jitter, 0, 1, "0", "",
             "brightness, contrast and saturation change at random by up to this part"),
      number("ghost_batch_size", &H::ghost_batch_size, 0, 65536, "0", "images",
             "images that share the statistics of batch normalisation, but a batch is divided into "
             "64 at most; 0: the whole batch of a host") |
          ByModel{{"cnn", "64"}},
      choice("sync_batch_norm", &H::sync_batch_norm, {"false", "true"}, "false",
             "statistics over the batches of all hosts"),
      choice("test_time_augmentation", &H::test_time_augmentation,
             {"none", "mirror", "mirror_translate"}, "none",
             "views of an image whose outputs are averaged when the finished model is measured") |
          ByModel{{"airbench94", "mirror_translate"},
                  {"airbench95", "mirror_translate"},
                  {"airbench96", "mirror_translate"}},
  };
}

std::vector<Row> rows_of_runs() {
  return {
      number("width", &H::width, 0.25, 16, "1", "times", "channels of the network, times this") |
          Row::Tuning{0.5, 4, "Logarithmic"},
      choice("precision_dtype", &H::precision_dtype, {"float32", "bfloat16"}, "float32",
             "bfloat16: the convolutions of training multiply in it and add up in float32; for "
             "processors with avx512_bf16, quicker where that beats float32 (AMD's Zen 5) and "
             "slower where not (Xeon without AMX)"),
      number("seed", &H::seed, 0, kMaxSeed, "0", "",
             "the same seed gives the same weights, bit for bit, on processors of one kind: with "
             "ghost batches on any number of them, else on the same number"),
      number("target_accuracy", &H::target_accuracy, 0, 1, "0", "",
             "stop after the epoch that reaches this validation accuracy; 0: never",
             {"target-accuracy"}),
      choice("early_stopping", &H::early_stopping, {"false", "true"}, "false",
             "stop when the validation accuracy no longer rises"),
      number("early_stopping_min_epochs", &H::early_stopping_min_epochs, 1, 10000, "10", "passes",
             "never stop early before this many"),
      number("early_stopping_patience", &H::early_stopping_patience, 1, 10000, "5", "passes",
             "passes without a rise before stopping early"),
      number("early_stopping_tolerance", &H::early_stopping_tolerance, 0, 1, "0", "",
             "what counts as a rise, as a part of the best accuracy so far"),
      choice("model_selection", &H::model_selection, {"last", "best"}, "last",
             "which weights are saved: the last, or those of the epoch with the best validation "
             "accuracy"),
      number("checkpoint_seconds", &H::checkpoint_seconds, 1, 1000000, "60", "seconds",
             "longest time between checkpoints; there is one after each epoch as well"),
      number("log_steps", &H::log_steps, 0, 1000000, "0", "steps",
             "a line with loss and speed so often; 0: after epochs only") |
          ByModel{
              {"resnet18", "20"}, {"airbench94", "10"}, {"airbench95", "10"}, {"airbench96", "10"}},
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
}

}  // namespace

const std::vector<HyperparameterRow>& hyperparameter_table() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all = rows_of_training();
    for (const auto& more : {rows_of_data(), rows_of_runs()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

const char* HyperparameterRow::default_for(const std::string& model) const {
  for (const auto& [name_of_model, value] : by_model) {
    if (model == name_of_model) return value;
  }
  return by_default;
}

std::string range_of(const HyperparameterRow& row) {
  if (row.type == Type::kIntegers) return "three integers such as 1,28,28";
  if (row.type == Type::kChoice) {
    std::string text = "one of ";
    for (const std::string& name : row.choices) text += (text.size() > 7 ? ", " : "") + name;
    return text;
  }
  return std::string(row.type == Type::kInteger ? "an integer" : "a number") + " from " +
         shortest(row.low) + " to " + shortest(row.high);
}

}  // namespace sagebrush::vision
