#include "algorithms/image_classification/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/image_classification/schedule.h"
#include "algorithms/image_classification/weight_averages.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

const auto no_muon = [](float*, std::int64_t, std::int64_t) {};

class OptimizerTest : public ::testing::Test {
 protected:
  // Two parameters of each kind, all 1, with gradient 0.5; returns them after two steps.
  std::vector<float> after_two_steps(std::map<std::string, std::string> given) {
    given.emplace("lr_schedule", "constant");
    given.emplace("warmup_fraction", "0");
    given.emplace("learning_rate", "0.1");
    const Hyperparameters values = parse_hyperparameters(given);
    const std::vector<ParameterRange> ranges = {{"w", 0, 2, ParameterKind::kFilter, 1},
                                                {"b", 2, 4, ParameterKind::kNormBias, 2},
                                                {"f", 4, 6, ParameterKind::kFixed, 2}};
    Optimizer optimizer(values, ranges, 6, no_muon);
    std::vector<float> parameters(6, 1.0F);
    const std::vector<float> gradients(6, 0.5F);
    optimizer.step(parameters.data(), gradients.data(), {0, 2, 0}, pool_);
    optimizer.step(parameters.data(), gradients.data(), {1, 2, 0.5}, pool_);
    return parameters;
  }
  WorkerPool pool_{2};
};

// Expected values by torch.optim of PyTorch 1.13.
TEST_F(OptimizerTest, SgdIsPytorchs) {
  const auto plain =
      after_two_steps({{"optimizer", "sgd"}, {"momentum", "0.9"}, {"weight_decay", "0"}});
  EXPECT_NEAR(plain[0], 1 - 0.1 * 0.5 - 0.1 * (0.9 * 0.5 + 0.5), 1e-6);
  const auto nesterov = after_two_steps({{"momentum", "0.9"}, {"weight_decay", "0"}});
  const double v1 = 0.5;
  const double v2 = 0.9 * v1 + 0.5;
  EXPECT_NEAR(nesterov[0], 1 - 0.1 * (0.5 + 0.9 * v1) - 0.1 * (0.5 + 0.9 * v2), 1e-6);
  EXPECT_EQ(nesterov[4], 1);
}

TEST_F(OptimizerTest, AdamwIsPytorchs) {
  const auto adam = after_two_steps({{"optimizer", "adamw"}, {"weight_decay", "0.01"}});
  double p = 1;
  double m = 0;
  double v = 0;
  for (int t = 1; t <= 2; ++t) {
    p *= 1 - 0.1 * 0.01;
    m = 0.9 * m + 0.1 * 0.5;
    v = 0.999 * v + 0.001 * 0.25;
    p -= 0.1 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
  }
  EXPECT_NEAR(adam[0], p, 5e-6);
}

TEST_F(OptimizerTest, DecayRuleAndBiasFactorHold) {
  const auto weights =
      after_two_steps({{"optimizer", "sgd"}, {"momentum", "0"}, {"weight_decay", "0.1"}});
  EXPECT_LT(weights[0], weights[2]);
  EXPECT_NEAR(weights[2], 0.9, 1e-6);
  const auto fast = after_two_steps({{"optimizer", "sgd"},
                                     {"momentum", "0"},
                                     {"weight_decay", "0"},
                                     {"norm_bias_lr_factor", "4"}});
  EXPECT_NEAR(fast[2], 1 - 2 * 4 * 0.1 * 0.5, 1e-6);
  EXPECT_NEAR(fast[0], 0.9, 1e-6);
}

TEST_F(OptimizerTest, MuonKeepsTheFiltersLengthAndStepsByTheOrthogonalOne) {
  const Hyperparameters values = parse_hyperparameters({{"optimizer", "muon"},
                                                        {"lr_schedule", "constant"},
                                                        {"warmup_fraction", "0"},
                                                        {"muon_learning_rate", "0.5"}});
  std::vector<float> seen;
  Optimizer optimizer(values, {{"w", 0, 4, ParameterKind::kFilter, 2}}, 4,
                      [&seen](float* matrix, std::int64_t rows, std::int64_t columns) {
                        EXPECT_EQ(rows * columns, 4);
                        seen.assign(matrix, matrix + 4);
                        std::fill_n(matrix, 4, 1.0F);
                      });
  std::vector<float> parameters = {3, 0, 0, 4};
  const std::vector<float> gradients = {1, 2, 3, 4};
  optimizer.step(parameters.data(), gradients.data(), {0, 10, 0}, pool_);
  EXPECT_NEAR(seen[1], 2 * 1.6, 1e-6);  // gradient + 0.6 momentum
  EXPECT_NEAR(parameters[0], 3 * std::sqrt(2.0) / 5 - 0.5, 1e-6);
}

TEST(Schedule, RisesFallsAndEndsWhereItShould) {
  const auto factor = [](std::map<std::string, std::string> given, std::int64_t step) {
    return rate_factor(parse_hyperparameters(given), step, 1000);
  };
  EXPECT_NEAR(factor({{"warmup_fraction", "0.2"}, {"initial_lr_factor", "0.2"}}, 0), 0.2, 0.01);
  EXPECT_NEAR(factor({{"warmup_fraction", "0.2"}}, 199), 1, 0.01);
  EXPECT_NEAR(factor({{"final_lr_factor", "0.07"}}, 999), 0.07, 0.01);
  EXPECT_NEAR(factor({{"lr_schedule", "linear"}}, 500), 0.5, 0.01);
  EXPECT_NEAR(factor({{"lr_schedule", "cosine"}, {"warmup_fraction", "0"}}, 250), 0.8536, 0.01);
  EXPECT_EQ(factor({{"lr_schedule", "constant"}}, 999), 1);
}

TEST(ClipGradient, ShortensOnlyWhatIsTooLong) {
  std::vector<float> gradients = {3, 4};
  const std::vector<ParameterRange> ranges = {{"w", 0, 2, ParameterKind::kFilter, 1}};
  EXPECT_NEAR(clip_gradient(ranges, gradients.data(), 10), 5, 1e-6);
  EXPECT_EQ(gradients[0], 3);
  clip_gradient(ranges, gradients.data(), 1);
  EXPECT_NEAR(gradients[1], 0.8, 1e-5);
}

TEST(WeightAverages, LookaheadEndsOnItsMeanAndEmaIsExchanged) {
  const Hyperparameters values = parse_hyperparameters(
      {{"lookahead_steps", "2"}, {"lookahead_decay", "0.5"}, {"ema_decay", "0.5"}});
  std::vector<float> weights = {0};
  std::vector<float> statistics = {0};
  WeightAverages averages(values, weights.data(), 1, statistics.data(), 1);
  for (int step = 0; step < 4; ++step) {
    weights[0] += 1;
    averages.update(step, 4);
  }
  // After step 2: kept 0.25 * (1/2)^3 of 0; after step 4: kept 0.25 of that.
  const double middle = 2 * (1 - 0.25 / 8);
  EXPECT_NEAR(weights[0], 0.25 * middle + 0.75 * (middle + 2), 1e-5);
  const float fast = weights[0];
  averages.exchange();
  EXPECT_NE(weights[0], fast);
  averages.exchange();
  EXPECT_EQ(weights[0], fast);
}

}  // namespace
}  // namespace sagebrush::vision
