#include "algorithms/image_classification/trainer.h"

#include <gtest/gtest.h>

#include "algorithms/image_classification/architectures.h"
#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/processors.h"
#include "algorithms/image_classification/random.h"
#include "algorithms/image_classification/safetensors.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

// Images of 8x8 noise with a bright bar: a row for class 0, a column for class 1, nothing for
// class 2.
ImageSet bars(std::size_t count, std::uint64_t seed) {
  Random random(seed, Random::Stream::kOrder);
  Array images;
  images.shape = {count, 8, 8};
  Array labels;
  labels.shape = {count};
  for (std::size_t n = 0; n < count; ++n) {
    const std::uint32_t label = random.below(3);
    const std::uint32_t place = 1 + random.below(6);
    for (std::uint32_t y = 0; y < 8; ++y) {
      for (std::uint32_t x = 0; x < 8; ++x) {
        const bool bar = (label == 0 && y == place) || (label == 1 && x == place);
        images.file.push_back(static_cast<std::uint8_t>(random.below(100) + (bar ? 90 : 0)));
      }
    }
    labels.file.push_back(static_cast<std::uint8_t>(label));
  }
  return make_image_set(std::move(images), "images", labels, "labels");
}

class TrainerTest : public ::testing::Test {
 protected:
  static Hyperparameters values() {
    return parse_hyperparameters({{"epochs", "12"}, {"batch_size", "130"}, {"seed", "5"}});
  }
  Trainer make(const Hyperparameters& values) {
    return Trainer(values, make_network(Architecture::kCnn, 1, 8, 8, 3, 1.0), train_,
                   measure(train_), pool_);
  }
  static void run(Trainer& trainer, std::int64_t first, std::int64_t last) {
    for (std::int64_t step = first; step < last; ++step) {
      if (step == first || step % trainer.steps_per_epoch() == 0)
        trainer.begin_epoch(step / trainer.steps_per_epoch());
      trainer.step(step % trainer.steps_per_epoch());
    }
  }
  static std::vector<float> all(const std::vector<NamedTensor>& tensors) {
    std::vector<float> values;
    for (const NamedTensor& t : tensors)
      values.insert(values.end(), t.values.begin(), t.values.end());
    return values;
  }

  ImageSet train_ = bars(600, 1);
  WorkerPool pool_{2};
};

TEST_F(TrainerTest, LearnsWhatItWasNotShown) {
  const Hyperparameters hyperparameters = values();
  Trainer trainer = make(hyperparameters);
  const ImageSet test = bars(300, 2);
  EXPECT_LT(trainer.evaluate(test, TestViews::kNone).accuracy(), 0.7);
  run(trainer, 0, 12 * trainer.steps_per_epoch());
  EXPECT_GT(trainer.evaluate(test, TestViews::kNone).accuracy(), 0.9);
}

TEST_F(TrainerTest, ResumedWithinAnEpochGivesTheSameBits) {
  const Hyperparameters hyperparameters = values();
  Trainer whole = make(hyperparameters);
  run(whole, 0, 40);
  Trainer first = make(hyperparameters);
  run(first, 0, 25);
  const std::vector<NamedTensor> state = first.state();
  std::vector<TensorView> views;
  for (const NamedTensor& tensor : state) views.push_back(tensor.view());
  Trainer second = make(hyperparameters);
  second.load_state(Safetensors(write_safetensors(views, {}), "state"));
  run(second, 25, 40);
  EXPECT_EQ(all(second.state()), all(whole.state()));
  EXPECT_NE(all(second.state()), all(first.state()));
}

TEST_F(TrainerTest, NumberOfThreadsDoesNotChangeABit) {
  const Hyperparameters hyperparameters = values();
  Trainer two = make(hyperparameters);
  run(two, 0, 12);
  WorkerPool alone(1);
  Trainer one(hyperparameters, make_network(Architecture::kCnn, 1, 8, 8, 3, 1.0), train_,
              measure(train_), alone);
  run(one, 0, 12);
  EXPECT_EQ(all(one.state()), all(two.state()));
  EXPECT_EQ(one.evaluate(train_, TestViews::kNone).correct,
            two.evaluate(train_, TestViews::kNone).correct);
}

TEST_F(TrainerTest, LearnsInBFloat16OnAnyNumberOfThreads) {
  if (!has_bfloat16()) GTEST_SKIP() << "this processor has no avx512_bf16";
  Hyperparameters hyperparameters = values();
  Trainer whole = make(hyperparameters);
  hyperparameters.precision_dtype = Precision::kBFloat16;
  Trainer two = make(hyperparameters);
  WorkerPool alone(1);
  Trainer one(hyperparameters, make_network(Architecture::kCnn, 1, 8, 8, 3, 1.0), train_,
              measure(train_), alone);
  const std::int64_t steps = 12 * two.steps_per_epoch();
  for (Trainer* trainer : {&whole, &two, &one}) run(*trainer, 0, steps);
  EXPECT_GT(two.evaluate(bars(300, 2), TestViews::kNone).accuracy(), 0.9);
  EXPECT_EQ(all(one.state()), all(two.state()));
  EXPECT_NE(all(whole.weights()), all(two.weights()));
}

TEST_F(TrainerTest, ThreadsThatShareStatisticsAreOneBatch) {
  const Hyperparameters hyperparameters =
      parse_hyperparameters({{"epochs", "2"}, {"batch_size", "100"}, {"ghost_batch_size", "0"}});
  Trainer two = make(hyperparameters);
  run(two, 0, 6);
  WorkerPool alone(1);
  Trainer one(hyperparameters, make_network(Architecture::kCnn, 1, 8, 8, 3, 1.0), train_,
              measure(train_), alone);
  run(one, 0, 6);
  const std::vector<float> a = all(one.weights());
  const std::vector<float> b = all(two.weights());
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-3) << i;
}

TEST_F(TrainerTest, EveryOptimizerAndMeanLearnsAndResumesExactly) {
  for (const char* optimizer : {"sgd", "nag", "muon", "adamw"}) {
    const Hyperparameters hyperparameters = parse_hyperparameters(
        {{"epochs", "8"},
         {"batch_size", "130"},
         {"seed", "5"},
         {"optimizer", optimizer},
         {"learning_rate", std::string(optimizer) == "adamw" ? "0.01" : "0.1"},
         {"muon_learning_rate", "0.1"},
         {"ema_decay", "0.9"},
         {"lookahead_steps", "5"},
         {"gradient_clip", "5"},
         {"label_smoothing", "0.1"}});
    Trainer whole = make(hyperparameters);
    run(whole, 0, whole.total_steps());
    EXPECT_GT(whole.evaluate(bars(300, 2), TestViews::kNone).accuracy(), 0.85) << optimizer;
    Trainer first = make(hyperparameters);
    run(first, 0, 13);
    const std::vector<NamedTensor> state = first.state();
    std::vector<TensorView> views;
    for (const NamedTensor& tensor : state) views.push_back(tensor.view());
    Trainer second = make(hyperparameters);
    second.load_state(Safetensors(write_safetensors(views, {}), "state"));
    run(second, 13, second.total_steps());
    EXPECT_EQ(all(second.state()), all(whole.state())) << optimizer;
    EXPECT_NE(all(whole.weights()), all(whole.state()));
  }
}

TEST_F(TrainerTest, TheBestWeightsComeBack) {
  const Hyperparameters hyperparameters = values();
  Trainer trainer = make(hyperparameters);
  run(trainer, 0, 4);
  const std::vector<float> best = all(trainer.weights());
  trainer.keep_best();
  run(trainer, 4, 8);
  EXPECT_NE(all(trainer.weights()), best);
  trainer.use_best();
  EXPECT_EQ(all(trainer.weights()), best);
}

TEST_F(TrainerTest, StateOfAnotherNetworkIsRefused) {
  const Hyperparameters hyperparameters = values();
  Trainer trainer = make(hyperparameters);
  EXPECT_THROW(trainer.load_state(Safetensors(write_safetensors({}, {}), "state")), Error);
}

TEST_F(TrainerTest, ImagesOfAnotherSizeAreRefused) {
  const Hyperparameters hyperparameters = values();
  Trainer trainer = make(hyperparameters);
  Array images;
  images.shape = {1, 4, 4};
  images.file = Bytes(16, 1);
  Array labels;
  labels.shape = {1};
  labels.file = {0};
  EXPECT_THROW(
      trainer.evaluate(make_image_set(std::move(images), "i", labels, "l"), TestViews::kNone),
      Error);
}

}  // namespace
}  // namespace sagebrush::vision
