#include "service/cloudwatch/metric_math.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "service/cloudwatch/statistic.h"

namespace sagebrush::service::cloudwatch {
namespace {

using ::testing::HasSubstr;

const TimeSeries kA{{0, 1}, {60, 2}, {120, 4}};
const TimeSeries kB{{60, 10}, {120, 0}};

MathValue value_of(std::string_view expression) {
  return evaluate(expression, {.find = [](const std::string& id) -> MathValue {
                                 if (id == "a") return kA;
                                 if (id == "b") return kB;
                                 throw Error(ErrorKind::kInvalid, "there is no query '" + id + "'");
                               },
                               .metrics =
                                   [](const std::string& part) {
                                     return part.empty() ? SeriesList{{"A", kA}, {"B", kB}}
                                                         : SeriesList{{"B", kB}};
                                   },
                               .period = [](const std::string&) { return 60; },
                               .from_s = 0,
                               .to_s = 240});
}

TimeSeries series(std::string_view expression) {
  return std::get<TimeSeries>(value_of(expression));
}

std::string refusal(std::string_view expression) {
  try {
    value_of(expression);
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(MetricMathTest, BindsAsArithmeticDoes) {
  EXPECT_EQ(std::get<double>(value_of("2 + 3 * 4 - 6 / 3")), 12);
  EXPECT_EQ(std::get<double>(value_of("-2^2 + (1+1)*.5")), -3);
  EXPECT_EQ(std::get<double>(value_of("2^3^2")), 512);
  EXPECT_EQ(std::get<double>(value_of("1e2 - -1")), 101);
}

TEST(MetricMathTest, WorksOnMomentsThatBothHave) {
  EXPECT_EQ(series("a + b"), (TimeSeries{{60, 12}, {120, 4}}));
  EXPECT_EQ(series("a / b"), (TimeSeries{{60, 0.2}}));  // a division by 0 is no point
  EXPECT_EQ(series("10 * a - 1"), (TimeSeries{{0, 9}, {60, 19}, {120, 39}}));
}

TEST(MetricMathTest, Aggregates) {
  EXPECT_EQ(std::get<double>(value_of("SUM(a)")), 7);
  EXPECT_EQ(series("a - MIN(a)"), (TimeSeries{{0, 0}, {60, 1}, {120, 3}}));
  EXPECT_EQ(series("AVG([a, b])"), (TimeSeries{{0, 1}, {60, 6}, {120, 2}}));
  EXPECT_EQ(series("MAX(METRICS())"), (TimeSeries{{0, 1}, {60, 10}, {120, 4}}));
  EXPECT_EQ(series("SUM(METRICS(\"b\"))"), kB);
  EXPECT_EQ(series("ABS(0 - b)"), (TimeSeries{{60, 10}, {120, 0}}));
}

TEST(MetricMathTest, KeepsTheNamesOfAnArray) {
  const auto doubled = std::get<SeriesList>(value_of("METRICS() * 2"));
  ASSERT_EQ(doubled.size(), 2U);
  EXPECT_EQ(doubled[1].name, "B");
  EXPECT_EQ(doubled[1].series, (TimeSeries{{60, 20}, {120, 0}}));
  EXPECT_EQ(std::get<SeriesList>(value_of("[a, a + b ]"))[1].name, "a + b");
  EXPECT_EQ(series("FIRST(METRICS())"), kA);
  EXPECT_EQ(series("LAST([a, b])"), kB);
}

TEST(MetricMathTest, ComparesAndChooses) {
  EXPECT_EQ(series("a >= 2"), (TimeSeries{{0, 0}, {60, 1}, {120, 1}}));
  EXPECT_EQ(series("a > 1 AND a + 0 != 4 || b == 0"), (TimeSeries{{60, 1}, {120, 1}}));
  EXPECT_EQ(series("IF(a > 1, a, 0)"), (TimeSeries{{0, 0}, {60, 2}, {120, 4}}));
  EXPECT_EQ(series("IF(a > 1, b)"), kB);
  EXPECT_EQ(std::get<double>(value_of("IF(1 < 2 && 2 <= 2, 3, 4)")), 3);
  EXPECT_EQ(series("IF(0, a)"), TimeSeries());
}

TEST(MetricMathTest, FollowsASeriesThroughTime) {
  EXPECT_EQ(series("DIFF(a)"), (TimeSeries{{60, 1}, {120, 2}}));
  EXPECT_EQ(series("RATE(a) * 60"), (TimeSeries{{60, 1}, {120, 2}}));
  EXPECT_EQ(series("DIFF_TIME(b)"), (TimeSeries{{120, 60}}));
  EXPECT_EQ(series("RUNNING_SUM(a)"), (TimeSeries{{0, 1}, {60, 3}, {120, 7}}));
  EXPECT_EQ(std::get<double>(value_of("STDDEV(b)")), 5);
  EXPECT_EQ(std::get<double>(value_of("PERIOD(a)")), 60);
  EXPECT_EQ(series("a / PERIOD(a) * 60"), kA);
}

TEST(MetricMathTest, FillsWhatIsMissing) {
  EXPECT_EQ(series("FILL(b, 7)"), (TimeSeries{{0, 7}, {60, 10}, {120, 0}, {180, 7}}));
  EXPECT_EQ(series("FILL(b, a)"), (TimeSeries{{0, 1}, {60, 10}, {120, 0}}));
  EXPECT_EQ(series("FILL(b, REPEAT)"), (TimeSeries{{60, 10}, {120, 0}, {180, 0}}));
  EXPECT_EQ(series("FILL(IF(a != 2, a), LINEAR)"), (TimeSeries{{0, 1}, {60, 2.5}, {120, 4}}));
  EXPECT_EQ(std::get<SeriesList>(value_of("FILL(METRICS(), 0)"))[1].series.size(), 4U);
  EXPECT_EQ(series("TIME_SERIES(2)"), (TimeSeries{{0, 2}, {60, 2}, {120, 2}, {180, 2}}));
}

TEST(MetricMathTest, SaysWhatIsWrong) {
  EXPECT_THAT(refusal(""), HasSubstr("ends too early"));
  EXPECT_THAT(refusal("a +"), HasSubstr("ends too early"));
  EXPECT_THAT(refusal("(a"), HasSubstr("')' is missing"));
  EXPECT_THAT(refusal("a b"), HasSubstr("unexpected 'b' at character 3"));
  EXPECT_THAT(refusal("nothing"), HasSubstr("'nothing'"));
  EXPECT_THAT(refusal("ANOMALY(a, 0)"), HasSubstr("ANOMALY is not served"));
  EXPECT_THAT(refusal("SUM(a, b)"), HasSubstr("SUM takes one argument"));
  EXPECT_THAT(refusal("RATE(1)"), HasSubstr("RATE takes a time series"));
  EXPECT_THAT(refusal("IF(METRICS(), 1)"), HasSubstr("condition of IF"));
  EXPECT_THAT(refusal("FILL(a)"), HasSubstr("',' is missing"));
  EXPECT_THAT(refusal("2 * METRICS()"), HasSubstr("right of an operator"));
  EXPECT_THAT(refusal(std::string(10'000, '(')), HasSubstr("nested"));
  EXPECT_THAT(refusal(std::string(10'000, '-')), HasSubstr("nested"));
  EXPECT_THAT(refusal(std::string(2000, '[')), HasSubstr("nested"));
  EXPECT_THAT(refusal("METRICS(\"a"), HasSubstr("does not end"));
}

TEST(StatisticTest, TakesPercentilesOfRealValuesOnly) {
  using store::MetricPoint;
  const Statistic p50 = parse_statistic("p50").value();
  EXPECT_EQ(value_of(p50, {MetricPoint::of(0, 1), MetricPoint::of(0, 3)}), 2);
  EXPECT_EQ(value_of(p50, {MetricPoint::of(0, 1, 3), MetricPoint::of(0, 9)}), 1);
  EXPECT_FALSE(value_of(p50, {{0, 2, 3, 1, 2}}));
  EXPECT_FALSE(value_of(p50, {MetricPoint::of(0, -1)}));
  EXPECT_EQ(value_of(parse_statistic("Average").value(), {{0, 4, 10, 1, 4}}), 2.5);
}

TEST(StatisticTest, KnowsItsNames) {
  EXPECT_EQ(parse_statistic("p99.9")->percent, 99.9);
  for (const char* text :
       {"", "p", "p101", "p-1", "pnan", "p1e1", "average", "tm90", "IQM", "p5 "}) {
    EXPECT_FALSE(parse_statistic(text)) << text;
  }
}

}  // namespace
}  // namespace sagebrush::service::cloudwatch
