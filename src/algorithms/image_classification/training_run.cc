#include "algorithms/image_classification/training_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>

#include "algorithms/image_classification/architectures.h"
#include "algorithms/image_classification/checkpoint.h"
#include "algorithms/image_classification/communicator.h"
#include "algorithms/image_classification/dataset.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/hyperparameters.h"
#include "algorithms/image_classification/model_files.h"
#include "algorithms/image_classification/pixel_range.h"
#include "algorithms/image_classification/run_report.h"
#include "algorithms/image_classification/shared_checkpoint.h"
#include "algorithms/image_classification/trainer.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
using Identity = std::map<std::string, std::string>;
using Channels = std::map<std::string, fs::path>;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Hyperparameters read_hyperparameters(const ContainerPaths& paths) {
  if (!fs::exists(paths.hyperparameters())) return parse_hyperparameters({});
  const Bytes bytes = read_file(paths.hyperparameters(), 1 << 20);
  return parse_hyperparameters(parse_hyperparameters_json(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

void check_against_data(const Hyperparameters& values, const Dataset& data, std::size_t classes,
                        PixelRange pixels) {
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
  const auto side = static_cast<std::int64_t>(std::min(train.height, train.width));
  if (values.cutout >= side)
    differ("cutout", "a hole of " + std::to_string(values.cutout) + " pixels leaves nothing",
           "images of " + std::to_string(train.height) + "x" + std::to_string(train.width));
  if (values.color_jitter > 0 && pixels == PixelRange::kOther)
    differ("color_jitter", "is for pixels of 0 to 255 or 0 to 1", "others");
}

// Tells one set of training images from another.
std::string fingerprint(const ImageSet& set) {
  const std::size_t pixels = set.count * set.image_size();
  const std::uint32_t images = set.is_uint8() ? crc32(set.bytes.data(), pixels)
                                              : crc32(set.floats.data(), pixels * sizeof(float));
  const std::uint32_t labels = crc32(set.labels.data(), set.labels.size() * sizeof(set.labels[0]));
  std::string names;
  for (const std::string& name : set.class_names) names += name + "\n";
  return std::to_string(images) + "-" + std::to_string(labels) + "-" +
         std::to_string(crc32(names.data(), names.size()));
}

// Takes the channel `model` out of the data's: weights that training starts from, as SageMaker's
// incremental training has it. Throws Error{kUser} when they are not there.
std::optional<fs::path> take_start(Channels& channels) {
  const auto found = channels.find("model");
  if (found == channels.end()) return std::nullopt;
  const fs::path folder = found->second;
  channels.erase(found);
  if (!fs::exists(folder / "model.safetensors"))
    user_error("channel model: " + folder.string() + " holds no model.safetensors" +
               (fs::exists(folder / "model.tar.gz") ? "; model.tar.gz has to be unpacked" : ""));
  return folder;
}

class TrainingRun {
 public:
  TrainingRun(const ContainerPaths& paths, Report& report, WorkerPool& pool,
              const volatile std::sig_atomic_t& stop, Communicator* others)
      : paths_(paths),
        report_(report),
        pool_(pool),
        stop_(stop),
        others_(others),
        values_(read_hyperparameters(paths)),
        channels_(find_channels(paths)),
        start_(take_start(channels_)),
        data_(load_dataset(channels_)) {
    const std::size_t classes = count_classes(data_);
    const ImageSet& train = data_.train;
    config_.pixels = range_of(train);
    check_against_data(values_, data_, classes, config_.pixels);
    config_.normalization = measure(train);
    config_.network = make_network(
        values_.model, static_cast<std::int64_t>(train.channels),
        static_cast<std::int64_t>(train.height), static_cast<std::int64_t>(train.width),
        std::max(values_.num_classes.value_or(0), static_cast<std::int64_t>(classes)),
        values_.width);
    config_.labels = train.class_names;
    for (auto i = static_cast<std::int64_t>(config_.labels.size()); i < config_.network.classes;
         ++i)
      config_.labels.push_back(std::to_string(i));
    for (const auto& [name, value] : to_pairs(values_)) {
      if (decides_the_result(name)) identity_[name] = value;
    }
    identity_["num_training_samples"] = std::to_string(train.count);
    identity_["num_classes"] = std::to_string(config_.network.classes);
    if (leads()) identity_["training_data"] = fingerprint(train);
    if (fs::is_directory(paths.checkpoints())) store_.emplace(paths.checkpoints());
  }

  void run(const std::function<void()>& begun) {
    announce();
    trainer_ = std::make_unique<Trainer>(values_, config_.network, data_.train,
                                         config_.normalization, pool_, others_);
    if (start_) trainer_->load_weights(load_model_weights(*start_));
    resume();
    begun();
    begin_ = last_checkpoint_ = Clock::now();
    seconds_before_ = progress_.seconds;
    bool stopped = stop_ != 0 && others_ == nullptr;
    while (!stopped && steps_left() > 0 && !finished_early()) stopped = !run_epoch();
    if (stopped) {
      report_.line("Stopped by SIGTERM after epoch " + std::to_string(progress_.epoch) + ", step " +
                   std::to_string(progress_.step_in_epoch) + "; saving");
      save_checkpoint();
    }
    if (values_.model_selection == Selection::kBest) trainer_->use_best();
    finish(stopped);
  }

 private:
  bool leads() const { return others_ == nullptr || others_->rank() == 0; }

  void announce() {
    const ImageSet& train = data_.train;
    std::string text = "Training on " + std::to_string(train.count) + " images of " +
                       std::to_string(train.height) + "x" + std::to_string(train.width) + "x" +
                       std::to_string(train.channels) + ", " +
                       std::to_string(config_.network.classes) + " classes; " +
                       (data_.test ? "validating" : "testing") + " on " +
                       std::to_string(data_.validation.count);
    if (data_.test) text += "; testing on " + std::to_string(data_.test->count);
    if (others_ != nullptr) text += "; on " + std::to_string(others_->size()) + " hosts";
    report_.line(text);
    text = "Hyperparameters:";
    for (const auto& [name, value] : to_pairs(values_)) text += " " + name + "=" + value;
    report_.line(text);
  }

  void resume() {
    std::optional<LoadedCheckpoint> loaded;
    if (store_ && leads())
      loaded = store_->load([this](const std::string& why) {
        report_.line("A checkpoint is damaged and was passed over: " + why);
      });
    if (others_ != nullptr) loaded = share_checkpoint(std::move(loaded), *others_);
    if (!loaded) return;
    for (const auto& [name, value] : identity_) {
      const std::string saved = saved_identity(loaded->checkpoint.identity, name);
      if (saved != value)
        user_error(loaded->name + ": was made with " + name + "=" + saved + ", this run has " +
                   name + "=" + value + "; give the same, or another checkpoint location");
    }
    trainer_->load_state(loaded->tensors);
    progress_ = loaded->checkpoint.progress;
    report_.line("Resuming from " + loaded->name + ": epoch " + std::to_string(progress_.epoch) +
                 ", step " + std::to_string(progress_.step_in_epoch));
  }

  // A hyperparameter that the checkpoint's writer did not know had its default.
  std::string saved_identity(const Identity& saved, const std::string& name) const {
    const auto found = saved.find(name);
    return found != saved.end() ? found->second
                                : default_of(name, values_.model).value_or("(none)");
  }

  std::int64_t steps_left() const {
    return trainer_->total_steps() - progress_.epoch * trainer_->steps_per_epoch() -
           progress_.step_in_epoch;
  }

  // The target is reached, or accuracy no longer rises.
  bool finished_early() const {
    const std::vector<EpochMetrics>& history = progress_.history;
    if (history.empty()) return false;
    if (values_.target_accuracy > 0 &&
        history.back().validation_accuracy >= values_.target_accuracy)
      return true;
    if (!values_.early_stopping || history.back().epoch < values_.early_stopping_min_epochs)
      return false;
    double best = 0;
    std::int64_t since = 0;
    for (const EpochMetrics& metrics : history) {
      ++since;
      if (metrics.validation_accuracy <= best * (1 + values_.early_stopping_tolerance)) continue;
      best = metrics.validation_accuracy;
      since = 0;
    }
    return since >= values_.early_stopping_patience;
  }

  // Returns false when it was stopped before its end.
  bool run_epoch() {
    const std::int64_t steps =
        std::min(trainer_->steps_per_epoch(), progress_.step_in_epoch + steps_left());
    trainer_->begin_epoch(progress_.epoch);
    EpochClock clock{Clock::now(), 0};
    bool stop = false;
    double rate = 0;
    while (progress_.step_in_epoch < steps) {
      const Wishes wishes{stop_ != 0, seconds_since(last_checkpoint_) >=
                                          static_cast<double>(values_.checkpoint_seconds)};
      const StepResult result = trainer_->step(progress_.step_in_epoch, wishes);
      if (!std::isfinite(result.loss))
        user_error("the loss is no longer a number (epoch " + std::to_string(progress_.epoch + 1) +
                   ", step " + std::to_string(progress_.step_in_epoch + 1) +
                   "); a lower learning_rate is needed");
      progress_.loss_sum += result.loss;
      progress_.correct += result.correct;
      ++progress_.step_in_epoch;
      ++clock.steps;
      rate = values_.learning_rate * result.rate_factor;
      tell_step(result, rate, steps, clock);
      stop = result.wishes.stop;
      // The next run measures an epoch that is complete.
      if (stop && (progress_.step_in_epoch < steps || steps_left() > 0)) return false;
      if (result.wishes.checkpoint && progress_.step_in_epoch < steps) save_checkpoint();
    }
    end_epoch(static_cast<double>(steps), rate, clock);
    return !stop;
  }

  struct EpochClock {
    Clock::time_point start;
    std::int64_t steps;
  };

  double images_per_second(const EpochClock& clock) const {
    return static_cast<double>(clock.steps * trainer_->batch_size()) / seconds_since(clock.start);
  }

  void tell_step(const StepResult& result, double rate, std::int64_t steps,
                 const EpochClock& clock) {
    report_.bar(progress_.epoch + 1, static_cast<std::int64_t>(std::ceil(values_.epochs)),
                progress_.step_in_epoch, steps, images_per_second(clock));
    const std::int64_t step =
        progress_.epoch * trainer_->steps_per_epoch() + progress_.step_in_epoch;
    if (values_.log_steps > 0 && step % values_.log_steps == 0)
      report_.step(step, trainer_->total_steps(), result.loss, rate, images_per_second(clock));
  }

  void end_epoch(double steps, double rate, const EpochClock& clock) {
    EpochMetrics metrics;
    metrics.epoch = progress_.epoch + 1;
    metrics.train_loss = progress_.loss_sum / steps;
    metrics.train_accuracy = static_cast<double>(progress_.correct) /
                             (steps * static_cast<double>(trainer_->batch_size()));
    metrics.learning_rate = rate;
    metrics.images_per_second = clock.steps == 0 ? 0 : images_per_second(clock);
    evaluate(data_.validation, TestViews::kNone);
    metrics.validation_accuracy = evaluation_->accuracy();
    metrics.validation_loss = evaluation_->loss;
    metrics.seconds = seconds_before_ + seconds_since(begin_);
    report_.epoch(metrics);
    double best = -1;
    for (const EpochMetrics& before : progress_.history)
      best = std::max(best, before.validation_accuracy);
    if (values_.model_selection == Selection::kBest && metrics.validation_accuracy > best)
      trainer_->keep_best();
    Progress next;
    next.epoch = metrics.epoch;
    next.history = std::move(progress_.history);
    next.history.push_back(metrics);
    progress_ = std::move(next);
    save_checkpoint();
    if (leads()) tell_history();
  }

  // What has been trained is worth more than a table of it.
  void tell_history() {
    try {
      write_history(paths_.output_data(), progress_.history);
    } catch (const std::exception& error) {
      report_.line(std::string("The epochs' table was not written: ") + error.what());
    }
  }

  void evaluate(const ImageSet& set, TestViews views) {
    evaluation_ = trainer_->evaluate(set, views);
    if (!std::isfinite(evaluation_->loss))
      user_error(
          "the loss on the images held out is not a number; a lower learning_rate is needed, or "
          "images with pixels like those trained on");
  }

  void save_checkpoint() {
    last_checkpoint_ = Clock::now();
    progress_.seconds = seconds_before_ + seconds_since(begin_);
    if (!store_ || !leads()) return;
    const std::int64_t step =
        progress_.epoch * trainer_->steps_per_epoch() + progress_.step_in_epoch;
    store_->save(step, {progress_, identity_}, trainer_->state());
  }

  // Saves the model, then measures it and writes that down. A run that was stopped has little time.
  void finish(bool stopped) {
    if (leads()) {
      save_model(paths_.model(), config_, values_, epoch_of_weights(), trainer_->weights());
      report_.line("Model saved to " + paths_.model().string());
    }
    const bool last_is_final = evaluation_ && !data_.test &&
                               values_.model_selection == Selection::kLast &&
                               values_.test_time_augmentation == TestViews::kNone;
    if (!stopped && !last_is_final)
      evaluate(data_.test ? *data_.test : data_.validation, values_.test_time_augmentation);
    if (!leads()) return;
    if (!stopped && evaluation_ && !last_is_final)
      report_.final(data_.test ? "test" : "final", *evaluation_);
    write_history(paths_.output_data(), progress_.history);
    if (!stopped && evaluation_)
      write_run_report(paths_.output_data(), {to_pairs(values_), config_.labels, progress_.history,
                                              *evaluation_, data_.test ? "test" : "validation"});
  }

  // nullptr for weights that were not measured.
  const EpochMetrics* epoch_of_weights() const {
    const std::vector<EpochMetrics>& history = progress_.history;
    if (history.empty()) return nullptr;
    if (values_.model_selection == Selection::kLast)
      return progress_.step_in_epoch == 0 ? &history.back() : nullptr;
    return &*std::max_element(history.begin(), history.end(),
                              [](const EpochMetrics& a, const EpochMetrics& b) {
                                return a.validation_accuracy < b.validation_accuracy;
                              });
  }

  const ContainerPaths& paths_;
  Report& report_;
  WorkerPool& pool_;
  const volatile std::sig_atomic_t& stop_;
  Communicator* others_;
  Hyperparameters values_;
  Channels channels_;
  std::optional<fs::path> start_;  // folder of the weights to start from
  Dataset data_;
  ModelConfig config_;
  Identity identity_;
  std::optional<CheckpointStore> store_;
  std::unique_ptr<Trainer> trainer_;
  Progress progress_;
  std::optional<Evaluation> evaluation_;  // the last one
  Clock::time_point begin_{};
  Clock::time_point last_checkpoint_{};
  double seconds_before_ = 0;
};

}  // namespace

void run_training(const ContainerPaths& paths, Report& report, WorkerPool& pool,
                  const volatile std::sig_atomic_t& stop, Communicator* others,
                  const std::function<void()>& begun) {
  TrainingRun(paths, report, pool, stop, others).run(begun);
}

}  // namespace sagebrush::vision
