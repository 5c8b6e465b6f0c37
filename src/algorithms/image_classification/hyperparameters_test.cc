#include "algorithms/image_classification/hyperparameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/hyperparameter_texts.h"

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
  EXPECT_EQ(values.optimizer, OptimizerKind::kNesterov);
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
  EXPECT_EQ(values.optimizer, OptimizerKind::kSgd);
  EXPECT_EQ(values.num_classes, 10);
  EXPECT_EQ(values.image_shape, (std::vector<std::int64_t>{3, 32, 32}));
}

TEST(Hyperparameters, BadValueNamesFieldValueAndRange) {
  EXPECT_THAT(failure_of({{"epochs", "0"}}),
              AllOf(HasSubstr("epochs"), HasSubstr("'0'"), HasSubstr("from 1 to 10000")));
  EXPECT_THAT(failure_of({{"batch_size", "2.5"}}), HasSubstr("an integer"));
  EXPECT_THAT(failure_of({{"epochs", ""}}), HasSubstr("epochs"));
  EXPECT_THAT(failure_of({{"learning_rate", "nan"}}), HasSubstr("learning_rate"));
  EXPECT_THAT(failure_of({{"learning_rate", "0.1x"}}), HasSubstr("'0.1x'"));
  EXPECT_THAT(failure_of({{"optimizer", "adam"}}), HasSubstr("one of sgd, nag"));
  EXPECT_THAT(failure_of({{"image_shape", "28,28"}}), HasSubstr("three integers"));
  EXPECT_THAT(failure_of({{"seed", "99999999999999999999"}}), HasSubstr("seed"));
  EXPECT_THAT(failure_of({{"momentum", "0"}}), HasSubstr("momentum"));
}

TEST(Hyperparameters, OfTwoThatExcludeEachOtherTheUnsaidOneGivesWay) {
  const Hyperparameters joined = parse_hyperparameters({{"sync_batch_norm", "true"}});
  EXPECT_TRUE(joined.sync_batch_norm);
  EXPECT_EQ(joined.ghost_batch_size, 0);
  const Hyperparameters shifted =
      parse_hyperparameters({{"model", "airbench94"}, {"random_shift", "3"}});
  EXPECT_EQ(shifted.random_crop, 0);
  EXPECT_THROW(parse_hyperparameters({{"sync_batch_norm", "true"}, {"ghost_batch_size", "8"}}),
               Error);
  EXPECT_THROW(parse_hyperparameters({{"random_crop", "1"}, {"random_shift", "3"}}), Error);
}

TEST(Hyperparameters, UnknownNameGetsTheNearestOne) {
  EXPECT_THAT(failure_of({{"learning_rat", "1"}}), HasSubstr("did you mean learning_rate?"));
  EXPECT_THAT(failure_of({{"Epoch", "1"}}), HasSubstr("did you mean epochs?"));
  EXPECT_THAT(failure_of({{"zzzzzzzzz", "1"}}), HasSubstr("known are model, epochs, batch_size"));
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

TEST(Hyperparameters, ModelsHaveDefaultsOfTheirOwn) {
  const Hyperparameters plain = parse_hyperparameters({});
  EXPECT_EQ(plain.batch_size, 256);
  EXPECT_EQ(plain.ghost_batch_size, 64);
  const Hyperparameters airbench =
      parse_hyperparameters({{"model", "airbench94"}, {"batch_size", "500"}});
  EXPECT_EQ(airbench.model, Architecture::kAirbench94);
  EXPECT_EQ(airbench.optimizer, OptimizerKind::kMuon);
  EXPECT_EQ(airbench.batch_size, 500);
  EXPECT_EQ(airbench.random_crop, 2);
  EXPECT_EQ(parse_hyperparameters([&] {
              std::map<std::string, std::string> given;
              for (const auto& [name, value] : to_pairs(airbench)) given[name] = value;
              return given;
            }())
                .norm_bias_lr_factor,
            64);
  EXPECT_THROW(parse_hyperparameters({{"model", "vgg"}}), Error);
  EXPECT_THROW(parse_hyperparameters({{"random_shift", "1"}, {"random_crop", "1"}}), Error);
}

TEST(Hyperparameters, EveryDefaultIsWithinItsRange) {
  for (const char* model : {"cnn", "resnet18", "airbench94", "airbench95", "airbench96"})
    EXPECT_NO_THROW(parse_hyperparameters({{"model", model}}));
}

// SAGEBRUSH_WRITE_DOCS=1 writes the page anew.
TEST(Hyperparameters, TheDocumentationIsTheTable) {
  const std::filesystem::path page =
      std::filesystem::path(SAGEBRUSH_DOCS) / "image-classification.md";
  const Bytes bytes = read_file(page);
  const std::string text(bytes.begin(), bytes.end());
  const std::string begin = "<!-- hyperparameters -->\n";
  const std::size_t at = text.find(begin);
  ASSERT_NE(at, std::string::npos);
  const std::string fresh = text.substr(0, at + begin.size()) + hyperparameters_markdown();
  if (std::getenv("SAGEBRUSH_WRITE_DOCS") != nullptr) {
    write_file_atomically(page, fresh);
  } else {
    EXPECT_EQ(text, fresh)
        << "docs/image-classification.md is old: run with SAGEBRUSH_WRITE_DOCS=1";
  }
}

TEST(Hyperparameters, AreDescribedAsAwsDescribesThem) {
  const auto list = boost::json::parse(hyperparameters_json()).as_array();
  const auto& rate = list[3].as_object();
  EXPECT_EQ(rate.at("Name").as_string(), "learning_rate");
  EXPECT_EQ(rate.at("Type").as_string(), "Continuous");
  EXPECT_EQ(rate.at("Range").at("ContinuousParameterRangeSpecification").at("MaxValue").as_string(),
            "100");
  EXPECT_TRUE(rate.at("IsTunable").as_bool());
  EXPECT_EQ(rate.at("TunableRange").at("ScalingType").as_string(), "Logarithmic");
}

}  // namespace
}  // namespace sagebrush::vision
