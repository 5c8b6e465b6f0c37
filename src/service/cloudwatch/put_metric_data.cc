#include "generated/cloudwatch/put_metric_data.h"

#include <cmath>

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/cloudwatch/metric_rules.h"
#include "store/metrics.h"

namespace sagebrush::service::cloudwatch {
namespace {

using sagebrush::cloudwatch::MetricDatum;
using store::MetricPoint;
using store::MetricPoints;

constexpr std::size_t kMostMetrics = 1000;
constexpr std::size_t kMostValues = 150;
constexpr std::chrono::hours kOldest{14 * 24};
constexpr std::chrono::hours kNewest{2};
const double kLargest = std::ldexp(1, 360);

double checked(double value, const std::string& member) {
  if (!std::isfinite(value) || std::abs(value) > kLargest) {
    refuse_value("The value for parameter " + member + " must be between -2^360 and 2^360.");
  }
  return value;
}

std::int64_t time_of(const MetricDatum& datum, Time now, const std::string& member) {
  const Time time = datum.Timestamp().value_or(now);
  if (time < now - kOldest) {
    refuse_value("The parameter " + member +
                 ".Timestamp must specify a time within the past two weeks.");
  }
  if (time > now + kNewest) {
    refuse_value("The parameter " + member +
                 ".Timestamp must specify a time no more than two hours in the future.");
  }
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

MetricPoints distribution(const MetricDatum& datum, std::int64_t time_s, const std::string& member,
                          const std::vector<double>& values) {
  const auto counts = datum.Counts();
  if (counts && counts->size() != values.size()) {
    refuse_value("The parameters " + member + ".Values and " + member +
                 ".Counts must be of the same size.");
  }
  if (values.size() > kMostValues) {
    refuse_value("The collection " + member + ".Values must not have a size greater than 150.");
  }
  MetricPoints points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double count = counts ? (*counts)[i] : 1;
    if (!std::isfinite(count) || count <= 0 || count > kLargest) {
      refuse_value("The values of " + member + ".Counts must be greater than 0.");
    }
    points.push_back(MetricPoint::of(time_s, checked(values[i], member + ".Values"), count));
    checked(points.back().sum, member + ".Values");
  }
  return points;
}

MetricPoint summary(const sagebrush::cloudwatch::StatisticSet& set, std::int64_t time_s,
                    const std::string& member) {
  const MetricPoint point{.time_s = time_s,
                          .count = checked(set.SampleCount(), member + ".SampleCount"),
                          .sum = checked(set.Sum(), member + ".Sum"),
                          .minimum = checked(set.Minimum(), member + ".Minimum"),
                          .maximum = checked(set.Maximum(), member + ".Maximum")};
  if (point.count <= 0) refuse_value("The value of " + member + ".SampleCount must be above 0.");
  if (point.minimum > point.maximum) {
    refuse_value("The value of " + member + ".Minimum must not be above " + member + ".Maximum.");
  }
  return point;
}

MetricPoints points_of(const MetricDatum& datum, Time now, const std::string& member) {
  const std::int64_t time_s = time_of(datum, now, member);
  const auto value = datum.Value();
  const auto values = datum.Values();
  const auto set = datum.StatisticValues();
  const int given = (value ? 1 : 0) + (values && !values->empty() ? 1 : 0) + (set ? 1 : 0);
  if (given > 1) {
    refuse_combination("The parameters " + member + ".Value, " + member + ".Values and " + member +
                       ".StatisticValues are mutually exclusive and you have specified more.");
  }
  if (value) return {MetricPoint::of(time_s, checked(*value, member + ".Value"))};
  if (set) return {summary(*set, time_s, member + ".StatisticValues")};
  if (values && !values->empty()) return distribution(datum, time_s, member, *values);
  throw aws::AwsError("MissingParameter", 400,
                      "At least one of the parameters " + member + ".Value, " + member +
                          ".Values and " + member + ".StatisticValues must be specified.");
}

}  // namespace

void put_metric_data(Call& call, const PutMetricDataInput& request) {
  if (request.has("EntityMetricData")) {
    refuse_value("The parameter EntityMetricData is not served; use MetricData.");
  }
  if (request.Namespace().starts_with("AWS/")) {
    refuse_value("The value AWS/ for parameter Namespace is invalid: it is for AWS's own metrics.");
  }
  if (!request.MetricData()) {
    throw aws::AwsError("MissingParameter", 400, "The parameter MetricData is required.");
  }
  const auto data = *request.MetricData();
  if (data.size() > kMostMetrics) {
    refuse_value("The collection MetricData must not have a size greater than 1000.");
  }
  std::vector<store::MetricBatch> batches;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::string member = "MetricData.member." + std::to_string(i + 1);
    const std::int64_t resolution = data[i].StorageResolution().value_or(60);
    if (resolution != 1 && resolution != 60) {
      refuse_value("The parameter " + member + ".StorageResolution must be 1 or 60.");
    }
    batches.push_back({key_of(request.Namespace(), data[i].MetricName(),
                              data[i].Dimensions().value_or(std::vector<Dimension>{}),
                              data[i].Unit().value_or("None")),
                       points_of(data[i], call.time, member)});
  }
  if (!batches.empty()) call.house.metrics.append(batches);
}

}  // namespace sagebrush::service::cloudwatch
