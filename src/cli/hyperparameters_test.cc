#include "cli/hyperparameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::cli {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view yaml) {
  try {
    hyperparameters_from_yaml(yaml, "hp.yaml");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Hyperparameters, ScalarsStayAsTheyAreWritten) {
  const Hyperparameters expected{
      {"epochs", "3"}, {"learning_rate", "1e-3"}, {"on", "true"}, {"name", "net"}, {"zip", "007"}};
  EXPECT_EQ(hyperparameters_from_yaml(
                "epochs: 3\nlearning_rate: 1e-3\non: true\nname: 'net'\nzip: 007\n", "f"),
            expected);
}

TEST(Hyperparameters, ListsAndMapsBecomeJson) {
  const Hyperparameters got = hyperparameters_from_yaml(
      "layers: [32, 64]\nopt:\n  name: sgd\n  lr: 0.5\n  flags: {a: true, b: '1', c: null}\n", "f");
  EXPECT_EQ(got.at("layers"), "[32,64]");
  EXPECT_EQ(got.at("opt"), R"({"name":"sgd","lr":5E-1,"flags":{"a":true,"b":"1","c":null}})");
}

TEST(Hyperparameters, NullIsAValue) {
  const Hyperparameters expected{{"a", "null"}, {"b", "null"}, {"c", "null"}, {"d", "1"}};
  EXPECT_EQ(hyperparameters_from_yaml("a: null\nb: ~\nc:   Null  # none\nd: 1\n", "f"), expected);
  EXPECT_EQ(hyperparameters_from_yaml("{a: null, b: ~, c: NULL, d: 1}", "f"), expected);
}

TEST(Hyperparameters, AnEmptyFileHasNone) {
  EXPECT_TRUE(hyperparameters_from_yaml("# nothing\n", "f").empty());
}

TEST(Hyperparameters, MistakesNameFileAndLine) {
  EXPECT_THAT(error_of("- a\n- b\n"), HasSubstr("hp.yaml: hyperparameters are a map"));
  EXPECT_THAT(error_of("a: 1\nb:\n"), HasSubstr("hp.yaml: line 2: b has no value"));
  EXPECT_THAT(error_of("a: 1\na: 2\n"), HasSubstr("a is there twice"));
  EXPECT_THAT(error_of("a: [1\n"), HasSubstr("hp.yaml: line "));
}

TEST(Hyperparameters, FlagsGoOverTheFile) {
  Hyperparameters values{{"epochs", "1"}, {"seed", "5"}};
  set_hyperparameters(values, {"epochs=2", "epochs=3", "note=a=b", "empty="});
  EXPECT_EQ(values,
            (Hyperparameters{{"epochs", "3"}, {"seed", "5"}, {"note", "a=b"}, {"empty", ""}}));
}

TEST(Hyperparameters, AFlagWithoutValueIsRefused) {
  Hyperparameters values;
  EXPECT_THROW(set_hyperparameters(values, {"epochs"}), Error);
  EXPECT_THROW(set_hyperparameters(values, {"=3"}), Error);
}

}  // namespace
}  // namespace sagebrush::cli
