#include "generated/cloudwatch/get_metric_data.h"

#include "service/call.h"
#include "service/cloudwatch/metric_queries.h"

namespace sagebrush::service::cloudwatch {

GetMetricDataOutput get_metric_data(Call& call, const GetMetricDataInput& request) {
  return answer_metric_queries(MetricQueries(call.house.metrics, request), request);
}

}  // namespace sagebrush::service::cloudwatch
