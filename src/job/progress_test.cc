#include "job/progress.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace sagebrush::job {
namespace {

using ::testing::DoubleNear;

// The fraction after these lines, a second apart; -1 when none is known.
double fraction_of(const std::vector<const char*>& lines, double epochs = 0) {
  Progress progress;
  Time at = from_seconds(1000);
  for (const char* text : lines) {
    at += std::chrono::seconds(1);
    if (const auto line = read_progress(text)) progress.take(*line, at, epochs);
  }
  return progress.fraction().value_or(-1);
}

TEST(ProgressTest, ReadsWhatScriptsPrint) {
  EXPECT_DOUBLE_EQ(fraction_of({"Epoch 3/10"}), 0.2);
  EXPECT_DOUBLE_EQ(fraction_of({"Epoch 3/10 - loss: 0.5"}), 0.3);
  EXPECT_DOUBLE_EQ(fraction_of({"Epoch [3/10], Step [50/100], Loss: 0.3"}), 0.25);
  EXPECT_DOUBLE_EQ(fraction_of({"epoch=3 train_loss=0.1"}, 10), 0.3);
  EXPECT_DOUBLE_EQ(fraction_of({"Train Epoch: 2 [30000/60000 (50%)]\tLoss: 0.1"}, 4), 0.375);
  EXPECT_DOUBLE_EQ(fraction_of({"step 100/400 loss 3"}), 0.25);
  EXPECT_DOUBLE_EQ(fraction_of({"45%|####5     | 450/1000 [00:10<00:12, 45.0it/s]"}), 0.45);
  EXPECT_DOUBLE_EQ(fraction_of({"epoch: 0 loss: 1", "epoch: 1 loss: 1"}, 4), 0.5);
  EXPECT_DOUBLE_EQ(fraction_of({"{\"epoch\": 2, \"loss\": 1.5}"}, 4), 0.5);
}

TEST(ProgressTest, SaysNothingOfOtherLines) {
  EXPECT_EQ(fraction_of({"loading data", "accuracy 3/4", "2026/11/21", "", "%|"}), -1);
  EXPECT_EQ(fraction_of({"epoch=3"}), -1);
  EXPECT_FALSE(read_progress("epoch 1/2" + std::string(100000, 'x')));
  EXPECT_EQ(fraction_of({"epoch 99999999999999999999/1"}), -1);
  EXPECT_DOUBLE_EQ(fraction_of({"Epoch 30/10 loss: 1"}), 1);
}

TEST(ProgressTest, GuessesTheTimeThatIsLeft) {
  Progress progress;
  const Time start = from_seconds(1000);
  progress.take(*read_progress("Epoch 1/10 loss: 1"), start, 0);
  EXPECT_FALSE(progress.remaining_s(start));
  progress.take(*read_progress("Epoch 2/10 loss: 1"), start + std::chrono::seconds(30), 0);
  EXPECT_THAT(*progress.remaining_s(start + std::chrono::seconds(30)), DoubleNear(240, 1e-6));
  EXPECT_THAT(*progress.remaining_s(start + std::chrono::seconds(40)), DoubleNear(230, 1e-6));
  const Progress copy = Progress::from_json(progress.to_json());
  EXPECT_EQ(copy.remaining_s(start), progress.remaining_s(start));
  EXPECT_EQ(copy.epoch(), 2);
}

TEST(ProgressTest, FindsTheEpochsAmongTheHyperparameters) {
  const auto epochs = [](const char* text) {
    return epochs_of(boost::json::parse(text).as_object());
  };
  EXPECT_EQ(epochs(R"({"HyperParameters":{"epochs":"10"}})"), 10);
  EXPECT_EQ(epochs(R"({"HyperParameters":{"num_train_epochs":"\"3\""}})"), 3);
  EXPECT_EQ(epochs(R"({"HyperParameters":{"epochs":"many"}})"), 0);
  EXPECT_EQ(epochs("{}"), 0);
}

}  // namespace
}  // namespace sagebrush::job
