#include "algorithms/image_classification/hyperparameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using Given = std::map<std::string, std::string>;

std::string failure_of(const Given& given) {
  try {
    parse_hyperparameters(given);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUser);
    return error.what();
  }
  return "(no error)";
}

TEST(Hyperparameters, DefaultsAreThoseOfTheTable) {
  const Hyperparameters values = parse_hyperparameters({});
  EXPECT_EQ(values.batch_size, 256);
  EXPECT_EQ(values.optimizer, Optimizer::kNesterov);
  EXPECT_EQ(values.lr_schedule, Schedule::kOneCycle);
  EXPECT_FALSE(values.num_classes.has_value());
  EXPECT_THAT(hyperparameters_help(), AllOf(HasSubstr("batch_size"), HasSubstr("default 256")));
}

TEST(Hyperparameters, ReadsTextOfEveryType) {
  const Hyperparameters values = parse_hyperparameters({{"epochs", " 12 "},
                                                        {"learning_rate", "5e-2"},
                                                        {"optimizer", "SGD"},
                                                        {"num_classes", "10.0"},
                                                        {"image_shape", "3, 32,32"}});
  EXPECT_EQ(values.epochs, 12);
  EXPECT_DOUBLE_EQ(values.learning_rate, 0.05);
  EXPECT_EQ(values.optimizer, Optimizer::kSgd);
  EXPECT_EQ(values.num_classes, 10);
  EXPECT_EQ(values.image_shape, (std::vector<std::int64_t>{3, 32, 32}));
}

TEST(Hyperparameters, BadValueNamesFieldValueAndRange) {
  EXPECT_THAT(failure_of({{"epochs", "0"}}),
              AllOf(HasSubstr("epochs"), HasSubstr("'0'"), HasSubstr("from 1 to 10000")));
  EXPECT_THAT(failure_of({{"epochs", "2.5"}}), HasSubstr("an integer"));
  EXPECT_THAT(failure_of({{"epochs", ""}}), HasSubstr("epochs"));
  EXPECT_THAT(failure_of({{"learning_rate", "nan"}}), HasSubstr("learning_rate"));
  EXPECT_THAT(failure_of({{"learning_rate", "0.1x"}}), HasSubstr("'0.1x'"));
  EXPECT_THAT(failure_of({{"optimizer", "adam"}}), HasSubstr("one of sgd, nag"));
  EXPECT_THAT(failure_of({{"image_shape", "28,28"}}), HasSubstr("three integers"));
  EXPECT_THAT(failure_of({{"seed", "99999999999999999999"}}), HasSubstr("seed"));
  EXPECT_THAT(failure_of({{"momentum", "0"}}), HasSubstr("momentum"));
}

TEST(Hyperparameters, UnknownNameGetsTheNearestOne) {
  EXPECT_THAT(failure_of({{"learning_rat", "1"}}), HasSubstr("did you mean learning_rate?"));
  EXPECT_THAT(failure_of({{"Epoch", "1"}}), HasSubstr("did you mean epochs?"));
  EXPECT_THAT(failure_of({{"zzzzzzzzz", "1"}}), HasSubstr("known are epochs, batch_size"));
}

TEST(Hyperparameters, AwsNamesMeanTheSameAndClashIsRefused) {
  EXPECT_EQ(parse_hyperparameters({{"mini_batch_size", "64"}}).batch_size, 64);
  EXPECT_THAT(failure_of({{"mini_batch_size", "64"}, {"batch_size", "32"}}),
              AllOf(HasSubstr("mini_batch_size"), HasSubstr("batch_size"), HasSubstr("the same")));
}

TEST(Hyperparameters, PlatformNamesAreSkipped) {
  EXPECT_EQ(parse_hyperparameters({{"sagemaker_program", "train.py"},
                                   {"_tuning_objective_metric", "validation:accuracy"}})
                .batch_size,
            256);
}

TEST(Hyperparameters, WhatIsWrittenReadsBackTheSame) {
  const Hyperparameters values =
      parse_hyperparameters({{"learning_rate", "0.1"}, {"image_shape", "1,28,28"}, {"seed", "42"}});
  const auto pairs = to_pairs(values);
  EXPECT_THAT(pairs, Contains(Pair("learning_rate", "0.1")));
  EXPECT_EQ(to_pairs(parse_hyperparameters(Given(pairs.begin(), pairs.end()))), pairs);
}

TEST(HyperparametersJson, ReadsStringsAndJsonInStrings) {
  EXPECT_EQ(parse_hyperparameters_json(R"({"epochs":"3","seed":4,"optimizer":"\"sgd\""})"),
            (Given{{"epochs", "3"}, {"seed", "4"}, {"optimizer", "sgd"}}));
  EXPECT_TRUE(parse_hyperparameters_json("").empty());
  EXPECT_THROW(parse_hyperparameters_json("[1]"), Error);
  EXPECT_THROW(parse_hyperparameters_json("{\"a\":"), Error);
}

}  // namespace
}  // namespace sagebrush::vision
