#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "generated/cloudwatch/get_metric_data.h"
#include "service/cloudwatch/metric_math.h"
#include "service/cloudwatch/statistic.h"

namespace sagebrush::service::cloudwatch {

using sagebrush::cloudwatch::GetMetricDataInput;
using sagebrush::cloudwatch::GetMetricDataOutput;
using sagebrush::cloudwatch::MetricDataQuery;

// The queries of one GetMetricData, each worked out once, when it is first wanted. Throws AwsError
// ValidationError that names the query.
class MetricQueries {
 public:
  MetricQueries(const store::Metrics& metrics, const GetMetricDataInput& request);

  // In the request's order, those that are to be returned.
  const std::vector<MetricDataQuery>& queries() const { return queries_; }
  // What the query is answered with: each with its label.
  SeriesList answers(const MetricDataQuery& query);

 private:
  void check(const MetricDataQuery& query) const;
  MathValue value_of_id(const std::string& id);
  MathValue expression(const MetricDataQuery& query);
  TimeSeries metric(const MetricDataQuery& query);
  std::int64_t period_of(const std::string& id) const;

  const store::Metrics& metrics_;
  std::int64_t from_s_ = 0;
  std::int64_t to_s_ = 0;
  std::vector<MetricDataQuery> queries_;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, MathValue> known_;
  std::set<std::string> working_;  // ids whose expressions are being worked out
};

// One page, and a token when there is more.
GetMetricDataOutput answer_metric_queries(MetricQueries queries, const GetMetricDataInput& request);

}  // namespace sagebrush::service::cloudwatch
