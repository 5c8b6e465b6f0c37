#include "job/metric_pattern.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "base/error.h"
#include "job/image_table.h"
#include "job/literal_search.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::map<std::string, double> find(const std::vector<MetricDefinition>& definitions,
                                   std::string_view line) {
  std::map<std::string, double> found;
  MetricPatterns(definitions).find(line, [&](const std::string& name, double value) {
    found[name] = value;
  });
  return found;
}

TEST(MetricPatternTest, TakesTheFirstGroupOfTheFirstMatch) {
  EXPECT_THAT(find({{"loss", "loss: ([0-9.]+)"}, {"acc", "acc=(\\S+)"}},
                   "epoch 1 loss: 0.25 loss: 0.5 acc=1e-1"),
              UnorderedElementsAre(Pair("loss", 0.25), Pair("acc", 0.1)));
  EXPECT_THAT(find({{"loss", ".*loss: ([0-9.]+)"}}, "loss: 1 loss: 2"),
              UnorderedElementsAre(Pair("loss", 2)));
}

TEST(MetricPatternTest, LeavesOutWhatIsNoNumber) {
  for (const char* line : {"loss: nan", "loss: inf", "loss: ", "loss: 1.2.3", "loss: 0x10", "no"}) {
    EXPECT_THAT(find({{"loss", "loss: (\\S*)"}}, line), IsEmpty()) << line;
  }
  EXPECT_THAT(find({{"loss", "loss: (\\S*)"}}, "loss: " + std::string(100000, '1')), IsEmpty());
}

TEST(MetricPatternTest, RefusesWhatRe2CanNotTakeAndSaysWhere) {
  for (const char* regex : {"(?=a)(b)", "(a)\\1", "(", "a{2000}", "[z-a]"}) {
    try {
      MetricPatterns patterns({{"loss", "(1)"}, {"bad", regex}});
      FAIL() << regex;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      EXPECT_THAT(error.what(), HasSubstr("'bad'"));
      EXPECT_THAT(error.what(), HasSubstr(regex));
    }
  }
}

TEST(MetricPatternTest, FindsALiteralThatEveryMatchHas) {
  EXPECT_EQ(literal_of("train_loss=([0-9.]+)"), "train_loss=");
  EXPECT_EQ(literal_of(".*\\[[0-9]+\\].*#011validation-rmse:([0-9.]+)"), "#011validation-rmse:");
  EXPECT_EQ(literal_of("a?bc*d+ef"), "ef");
  EXPECT_EQ(literal_of("abc{2}de"), "ab");
  EXPECT_EQ(literal_of("(loss|acc)=(.*)"), "=");
  EXPECT_EQ(literal_of("loss=(.*)|acc=(.*)"), "");
  EXPECT_EQ(literal_of("(?i)loss=(.*)"), "");
  EXPECT_EQ(literal_of("[loss]x(?:abc)?yz"), "yz");
  EXPECT_EQ(literal_of("[]a]bc"), "bc");
  EXPECT_EQ(literal_of("a\\.b\\d+loss"), "loss");
  EXPECT_EQ(literal_of("\\x41bc"), "");
  EXPECT_EQ(literal_of("\\"), "");
}

TEST(LiteralSearchTest, FindsWhatASearchForEachFinds) {
  const std::vector<std::string> words{"loss", "ab", "accuracy", "ss="};
  const LiteralSearch search(words);
  std::uint32_t seed = 7;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      seed = seed * 1664525 + 1013904223;
      text += "losabcury="[(seed >> 16) % 10];
    }
    const bool expected =
        std::ranges::any_of(words, [&](const std::string& word) { return text.contains(word); });
    ASSERT_EQ(search.any_in(text), expected) << text;
  }
  EXPECT_FALSE(search.any_in(""));
  EXPECT_TRUE(search.any_in("ab"));
  EXPECT_TRUE(LiteralSearch({std::string(300, 'x')}).any_in("y" + std::string(300, 'x')));
}

// A pattern's literal must never hide a match: the same with and without it.
TEST(MetricPatternTest, FindsTheSameWithTheLiteral) {
  const std::vector<std::string> regexes{"loss=([0-9.]+)",    "(?:train|test) loss=([0-9.]+)",
                                         "lo*ss+=([0-9.]+)",  "l?oss={1,2}([0-9.]+)",
                                         "[^a]oss=([0-9.]+)", "\\bloss\\b=([0-9.]+)$"};
  const std::vector<std::string> lines{"loss=1", "train loss=2", "lss=3",     "looosss=4",
                                       "oss==5", "xoss=6",       "my loss=7 "};
  for (const auto& regex : regexes) {
    for (const auto& line : lines) {
      // An alternative at the top takes the literal away.
      EXPECT_EQ(find({{"m", regex}}, line), find({{"m", regex + "|^$"}}, line))
          << regex << " " << line;
    }
  }
}

TEST(MetricPatternTest, IsNotSlowedDownByHostilePatternsAndLines) {
  const std::string line = std::string(1 << 20, 'a') + "!";
  for (const char* regex : {"(a+)+$", "(a|a)*b([0-9])", "(.*)*x([0-9])", "a*a*a*a*a*c([0-9])"}) {
    EXPECT_THAT(find({{"m", regex}}, line), IsEmpty()) << regex;
  }
  std::string binary;
  for (int i = 0; i < 4096; ++i) binary += static_cast<char>(i);
  EXPECT_THAT(find({{"m", "x=([0-9]+)"}}, binary + "x=5"), UnorderedElementsAre(Pair("m", 5)));
}

TEST(MetricPatternTest, KnowsWhatTheBuiltinAlgorithmPrints) {
  auto request =
      boost::json::parse(
          R"j({"AlgorithmSpecification":{"TrainingImage":"sagebrush/image-classification:1",
           "MetricDefinitions":[{"Name":"mine","Regex":"x=(1)"}]}})j")
          .as_object();
  add_builtin_metrics(request, ImageTable());
  const auto definitions = metric_definitions_of(request);
  EXPECT_EQ(definitions.size(), builtin_metric_definitions().size() + 1);
  EXPECT_THAT(find(definitions,
                   "epoch=3 train_loss=0.1234 train_accuracy=0.9 validation_accuracy=0.8 "
                   "images_per_second=1200"),
              UnorderedElementsAre(Pair("train:loss", 0.1234), Pair("train:accuracy", 0.9),
                                   Pair("train:images_per_second", 1200)));
  EXPECT_THAT(find(definitions, "#quality_metric: host=algo-1, epoch=3, validation accuracy=0.75"),
              UnorderedElementsAre(Pair("validation:accuracy", 0.75)));
}

}  // namespace
}  // namespace sagebrush::job
