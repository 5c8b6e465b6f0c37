#include "generated/cloudwatch/list_metrics.h"

#include "base/text.h"
#include "service/call.h"
#include "service/cloudwatch/metric_rules.h"
#include "store/metrics.h"

namespace sagebrush::service::cloudwatch {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::chrono::hours kListed{14 * 24};
constexpr std::chrono::hours kRecent{3};

}  // namespace

ListMetricsOutput list_metrics(Call& call, const ListMetricsInput& request) {
  store::MetricFilter filter;
  filter.name_space = request.Namespace().value_or("");
  filter.name = request.MetricName().value_or("");
  for (const auto& dimension :
       request.Dimensions().value_or(std::vector<sagebrush::cloudwatch::DimensionFilter>{})) {
    filter.dimensions.emplace_back(dimension.Name(), dimension.Value());
  }
  const auto window = request.RecentlyActive() ? kRecent : kListed;
  filter.active_since_s = to_ms(call.time - window) / 1000;
  std::string after;
  if (const auto token = request.NextToken()) {
    const auto text = from_base64(*token);
    if (!text) refuse_value("The value " + *token + " for parameter NextToken is invalid.");
    after = *text;
  }
  const store::MetricPage page = call.house.metrics.list(filter, after, kPage);
  std::vector<Metric> metrics;
  // Several units are one metric.
  for (const auto& info : page.metrics) {
    std::vector<Dimension> dimensions;
    for (const auto& [name, value] : info.key.dimensions) {
      dimensions.push_back(std::move(Dimension().set_Name(name).set_Value(value)));
    }
    Metric metric;
    metric.set_Namespace(info.key.name_space)
        .set_MetricName(info.key.name)
        .set_Dimensions(std::move(dimensions));
    const bool again = std::ranges::any_of(
        metrics, [&](const Metric& other) { return other.json() == metric.json(); });
    if (!again) metrics.push_back(std::move(metric));
  }
  ListMetricsOutput output;
  output.set_Metrics(std::move(metrics));
  if (!page.next.empty()) output.set_NextToken(to_base64(page.next));
  return output;
}

}  // namespace sagebrush::service::cloudwatch
