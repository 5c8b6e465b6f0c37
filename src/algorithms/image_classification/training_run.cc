#include "algorithms/image_classification/training_run.h"

#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <optional>

#include "algorithms/image_classification/checkpoint.h"
#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/model_files.h"
#include "algorithms/image_classification/trainer.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
using Identity = std::map<std::string, std::string>;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Hyperparameters read_hyperparameters(const ContainerPaths& paths) {
  if (!fs::exists(paths.hyperparameters())) return parse_hyperparameters({});
  const Bytes bytes = read_file(paths.hyperparameters(), 1 << 20);
  return parse_hyperparameters(parse_hyperparameters_json(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

void check_against_data(const Hyperparameters& values, const Dataset& data, std::size_t classes) {
  const ImageSet& train = data.train;
  const auto differ = [](const char* name, const std::string& said, const std::string& found) {
    user_error(std::string("hyperparameter ") + name + ": " + said +
               ", but the training data have " + found);
  };
  if (values.num_training_samples &&
      *values.num_training_samples != static_cast<std::int64_t>(train.count))
    differ("num_training_samples", std::to_string(*values.num_training_samples),
           std::to_string(train.count) + " images");
  if (values.num_classes && *values.num_classes < static_cast<std::int64_t>(classes))
    differ("num_classes", std::to_string(*values.num_classes),
           "labels up to " + std::to_string(classes - 1));
  if (values.image_shape) {
    const std::vector<std::int64_t> found = {static_cast<std::int64_t>(train.channels),
                                             static_cast<std::int64_t>(train.height),
                                             static_cast<std::int64_t>(train.width)};
    const auto text = [](const std::vector<std::int64_t>& shape) {
      return std::to_string(shape[0]) + "," + std::to_string(shape[1]) + "," +
             std::to_string(shape[2]);
    };
    if (*values.image_shape != found)
      differ("image_shape", text(*values.image_shape), "images of " + text(found));
  }
}

class TrainingRun {
 public:
  TrainingRun(const ContainerPaths& paths, Report& report, WorkerPool& pool,
              const volatile std::sig_atomic_t& stop)
      : paths_(paths),
        report_(report),
        pool_(pool),
        stop_(stop),
        values_(read_hyperparameters(paths)),
        data_(load_dataset(find_channels(paths))) {
    const std::size_t classes = count_classes(data_);
    check_against_data(values_, data_, classes);
    const ImageSet& train = data_.train;
    config_.normalization = measure(train);
    config_.network = default_network(
        static_cast<std::int64_t>(train.channels), static_cast<std::int64_t>(train.height),
        static_cast<std::int64_t>(train.width),
        std::max(values_.num_classes.value_or(0), static_cast<std::int64_t>(classes)),
        values_.width);
    for (const auto& [name, value] : to_pairs(values_)) {
      if (name != "target_accuracy") identity_[name] = value;
    }
    identity_["num_training_samples"] = std::to_string(train.count);
    identity_["num_classes"] = std::to_string(config_.network.classes);
    if (fs::is_directory(paths.checkpoints())) store_.emplace(paths.checkpoints());
  }

  void run() {
    announce();
    trainer_ = std::make_unique<Trainer>(values_, config_.network, data_.train,
                                         config_.normalization, pool_);
    if (store_) resume();
    begin_ = Clock::now();
    seconds_before_ = progress_.seconds;
    bool stopped = stop_ != 0;
    while (!stopped && progress_.epoch < values_.epochs && !target_reached())
      stopped = !run_epoch();
    if (stopped) {
      progress_.seconds = seconds_before_ + seconds_since(begin_);
      report_.line("Stopped by SIGTERM after epoch " + std::to_string(progress_.epoch) + ", step " +
                   std::to_string(progress_.step_in_epoch) + "; saving");
      save_checkpoint();
    }
    write_metrics();
    save_model(paths_.model(), config_, values_, progress_.history, trainer_->weights());
    report_.line("Model saved to " + paths_.model().string());
  }

 private:
  void announce() {
    const ImageSet& train = data_.train;
    report_.line("Training on " + std::to_string(train.count) + " images of " +
                 std::to_string(train.height) + "x" + std::to_string(train.width) + "x" +
                 std::to_string(train.channels) + ", " + std::to_string(config_.network.classes) +
                 " classes; testing on " + std::to_string(data_.validation.count));
    std::string text = "Hyperparameters:";
    for (const auto& [name, value] : to_pairs(values_)) text += " " + name + "=" + value;
    report_.line(text);
  }

  void resume() {
    const auto loaded = store_->load([this](const std::string& why) {
      report_.line("A checkpoint is damaged and was passed over: " + why);
    });
    if (!loaded) return;
    for (const auto& [name, value] : identity_) {
      const auto saved = loaded->checkpoint.identity.find(name);
      if (saved == loaded->checkpoint.identity.end() || saved->second != value)
        user_error(loaded->name + ": was made with " + name + "=" +
                   (saved == loaded->checkpoint.identity.end() ? "(none)" : saved->second) +
                   ", this run has " + name + "=" + value +
                   "; give the same, or another checkpoint location");
    }
    trainer_->load_state(loaded->tensors);
    progress_ = loaded->checkpoint.progress;
    report_.line("Resuming from " + loaded->name + ": epoch " + std::to_string(progress_.epoch) +
                 ", step " + std::to_string(progress_.step_in_epoch));
  }

  bool target_reached() const {
    return values_.target_accuracy > 0 && !progress_.history.empty() &&
           progress_.history.back().validation_accuracy >= values_.target_accuracy;
  }

  // Returns false when it was stopped before its end.
  bool run_epoch() {
    const std::int64_t steps = trainer_->steps_per_epoch();
    const auto batch = static_cast<double>(trainer_->batch_size());
    trainer_->begin_epoch(progress_.epoch);
    const Clock::time_point start = Clock::now();
    std::int64_t steps_here = 0;
    while (progress_.step_in_epoch < steps) {
      const StepResult result = trainer_->step(progress_.step_in_epoch);
      if (!std::isfinite(result.loss))
        user_error("the loss is no longer a number (epoch " + std::to_string(progress_.epoch + 1) +
                   ", step " + std::to_string(progress_.step_in_epoch + 1) +
                   "); a lower learning_rate is needed");
      progress_.loss_sum += result.loss;
      progress_.correct += result.correct;
      ++progress_.step_in_epoch;
      ++steps_here;
      report_.step(progress_.epoch + 1, values_.epochs, progress_.step_in_epoch, steps,
                   static_cast<double>(steps_here) * batch / seconds_since(start));
      if (stop_ != 0 && progress_.step_in_epoch < steps) return false;
    }
    EpochMetrics metrics;
    metrics.epoch = progress_.epoch + 1;
    metrics.train_loss = progress_.loss_sum / static_cast<double>(steps);
    metrics.train_accuracy =
        static_cast<double>(progress_.correct) / (static_cast<double>(steps) * batch);
    metrics.images_per_second =
        steps_here == 0 ? 0 : static_cast<double>(steps_here) * batch / seconds_since(start);
    metrics.validation_accuracy = trainer_->accuracy(data_.validation);
    metrics.seconds = seconds_before_ + seconds_since(begin_);
    report_.epoch(metrics);
    Progress next;
    next.epoch = metrics.epoch;
    next.seconds = metrics.seconds;
    next.history = std::move(progress_.history);
    next.history.push_back(metrics);
    progress_ = std::move(next);
    save_checkpoint();
    write_metrics();
    return stop_ == 0;
  }

  void save_checkpoint() {
    if (!store_) return;
    const std::int64_t step =
        progress_.epoch * trainer_->steps_per_epoch() + progress_.step_in_epoch;
    store_->save(step, {progress_, identity_}, trainer_->state());
  }

  void write_metrics() {
    fs::create_directories(paths_.output_data());
    const boost::json::object document{{"epochs", to_json(progress_.history)}};
    write_file_atomically(paths_.output_data() / "metrics.json",
                          boost::json::serialize(document) + "\n");
  }

  const ContainerPaths& paths_;
  Report& report_;
  WorkerPool& pool_;
  const volatile std::sig_atomic_t& stop_;
  Hyperparameters values_;
  Dataset data_;
  ModelConfig config_;
  Identity identity_;
  std::optional<CheckpointStore> store_;
  std::unique_ptr<Trainer> trainer_;
  Progress progress_;
  Clock::time_point begin_{};
  double seconds_before_ = 0;
};

}  // namespace

void run_training(const ContainerPaths& paths, Report& report, WorkerPool& pool,
                  const volatile std::sig_atomic_t& stop) {
  TrainingRun(paths, report, pool, stop).run();
}

}  // namespace sagebrush::vision
