#include "service/cloudwatch/metric_queries.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "base/error.h"
#include "base/text.h"
#include "service/cloudwatch/metric_rules.h"
#include "store/metrics.h"

namespace sagebrush::service::cloudwatch {
namespace {

constexpr std::size_t kMostQueries = 500;
constexpr std::int64_t kMostDatapoints = 100'800;

[[noreturn]] void refuse(const std::string& message) {
  throw aws::AwsError("ValidationError", 400, message);
}

bool is_id(const std::string& id) {
  return !id.empty() && id[0] >= 'a' && id[0] <= 'z' &&
         std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// Where a page ended: the query, and the last moment shown of it.
struct Cursor {
  std::size_t query = 0;
  std::optional<std::int64_t> after;
};

std::string write_token(const Cursor& cursor) {
  return to_base64(std::to_string(cursor.query) + "/" +
                   (cursor.after ? std::to_string(*cursor.after) : ""));
}

Cursor read_token(const std::string& token) {
  const auto text = from_base64(token);
  const std::size_t slash = text ? text->find('/') : std::string::npos;
  if (slash != std::string::npos) {
    const auto query = parse_unsigned(text->substr(0, slash));
    const std::string after = text->substr(slash + 1);
    if (query && after.empty()) return {*query, std::nullopt};
    if (const auto at = parse_signed(after); query && at) return {*query, at};
  }
  throw aws::AwsError("InvalidNextToken", 400, "The next token specified is invalid.");
}

std::string label_of(const MetricDataQuery& query) {
  if (const auto label = query.Label()) return *label;
  const auto stat = query.MetricStat();
  return stat ? stat->Metric().MetricName().value_or(query.Id()) : query.Id();
}

}  // namespace

MetricQueries::MetricQueries(const store::Metrics& metrics, const GetMetricDataInput& request)
    : metrics_(metrics),
      from_s_(to_ms(request.StartTime()) / 1000),
      to_s_((to_ms(request.EndTime()) + 999) / 1000),
      queries_(request.MetricDataQueries()) {
  if (request.StartTime() >= request.EndTime()) {
    refuse("The parameter StartTime must be less than the parameter EndTime.");
  }
  if (queries_.empty()) refuse("The parameter MetricDataQueries must not be empty.");
  if (queries_.size() > kMostQueries) {
    refuse("The collection MetricDataQueries must not have a size greater than 500.");
  }
  for (std::size_t i = 0; i < queries_.size(); ++i) {
    check(queries_[i]);
    if (!index_.emplace(queries_[i].Id(), i).second) {
      refuse("The values for parameter id in MetricDataQueries are not unique: " +
             queries_[i].Id() + ".");
    }
  }
}

void MetricQueries::check(const MetricDataQuery& query) const {
  const std::string id = query.Id();
  if (!is_id(id)) {
    refuse("The value '" + id +
           "' for parameter id is not valid: it must begin with a small letter and hold letters, "
           "digits and underscores.");
  }
  const auto stat = query.MetricStat();
  if (stat.has_value() == query.Expression().has_value()) {
    refuse("The query '" + id + "' must have either MetricStat or Expression.");
  }
  if (!stat) return;
  const auto metric = stat->Metric();
  if (!metric.Namespace() || !metric.MetricName()) {
    refuse("The query '" + id + "' must name a Namespace and a MetricName.");
  }
  if (!is_period(stat->Period())) {
    refuse("The Period of query '" + id + "' must be 1, 5, 10, 30 or a multiple of 60.");
  }
  if (!parse_statistic(stat->Stat())) {
    refuse("The Stat '" + stat->Stat() + "' of query '" + id +
           "' is not served; SampleCount, Average, Sum, Minimum, Maximum and percentiles are.");
  }
  if ((to_s_ - from_s_) / stat->Period() > kMostDatapoints) {
    refuse("The query '" + id + "' asks for more than 100800 datapoints: take a longer Period.");
  }
}

TimeSeries MetricQueries::metric(const MetricDataQuery& query) {
  const auto stat = query.MetricStat().value();
  const auto metric = stat.Metric();
  const Statistic statistic = parse_statistic(stat.Stat()).value();
  const auto key =
      key_of(*metric.Namespace(), *metric.MetricName(),
             metric.Dimensions().value_or(std::vector<sagebrush::cloudwatch::Dimension>{}),
             stat.Unit().value_or(""));
  std::map<std::int64_t, store::MetricPoints> all;
  for (const auto& info : metrics_.units(key)) {
    if (!key.unit.empty() && info.key.unit != key.unit) continue;
    for (auto& [time, points] :
         read_periods(metrics_, info.key, from_s_, to_s_, stat.Period(), {statistic})) {
      auto& here = all[time];
      here.insert(here.end(), points.begin(), points.end());
    }
  }
  TimeSeries series;
  for (const auto& [time, points] : all) {
    if (const auto value = value_of(statistic, points)) series.emplace(time, *value);
  }
  return series;
}

MathValue MetricQueries::expression(const MetricDataQuery& query) {
  const std::string id = query.Id();
  if (!working_.insert(id).second) refuse("The expression '" + id + "' refers to itself.");
  const MathScope scope{.find = [this](const std::string& name) { return value_of_id(name); },
                        .metrics =
                            [this](const std::string& part) {
                              std::vector<TimeSeries> all;
                              for (const auto& other : queries_) {
                                if (!other.MetricStat() || !other.Id().contains(part)) continue;
                                all.push_back(std::get<TimeSeries>(value_of_id(other.Id())));
                              }
                              return all;
                            }};
  try {
    MathValue value = evaluate(*query.Expression(), scope);
    working_.erase(id);
    return value;
  } catch (const Error& error) {
    refuse("Error in expression '" + id + "': " + error.what());
  }
}

MathValue MetricQueries::value_of_id(const std::string& id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const auto index = index_.find(id);
  if (index == index_.end()) throw Error(ErrorKind::kInvalid, "there is no query '" + id + "'");
  const MetricDataQuery& query = queries_[index->second];
  MathValue value = query.Expression() ? expression(query) : MathValue(metric(query));
  known_.emplace(id, value);
  return value;
}

TimeSeries MetricQueries::series(const MetricDataQuery& query) {
  MathValue value = value_of_id(query.Id());
  auto* series = std::get_if<TimeSeries>(&value);
  if (!series) {
    refuse("The expression '" + query.Id() +
           "' must be one time series to be returned; set ReturnData to false, or take SUM or AVG "
           "of an array.");
  }
  return std::move(*series);
}

GetMetricDataOutput answer_metric_queries(MetricQueries queries,
                                          const GetMetricDataInput& request) {
  using sagebrush::cloudwatch::MetricDataResult;
  const bool ascending = request.ScanBy().value_or("TimestampDescending") == "TimestampAscending";
  auto room = std::clamp<std::int64_t>(request.MaxDatapoints().value_or(kMostDatapoints), 1,
                                       kMostDatapoints);
  Cursor cursor = request.NextToken() ? read_token(*request.NextToken()) : Cursor{};
  std::vector<MetricDataResult> results;
  std::string token;
  for (; cursor.query < queries.queries().size(); ++cursor.query, cursor.after.reset()) {
    const MetricDataQuery& query = queries.queries()[cursor.query];
    if (!query.ReturnData().value_or(true)) continue;
    const TimeSeries series = queries.series(query);
    std::vector<Time> times;
    std::vector<double> values;
    bool whole = true;
    const auto take = [&](std::int64_t time, double value) {
      const bool had = cursor.after && (ascending ? time <= *cursor.after : time >= *cursor.after);
      if (had) return true;
      if (room == 0) return whole = false;
      times.push_back(from_ms(time * 1000));
      values.push_back(value);
      --room;
      return true;
    };
    if (ascending) {
      for (auto at = series.begin(); at != series.end() && take(at->first, at->second);) ++at;
    } else {
      for (auto at = series.rbegin(); at != series.rend() && take(at->first, at->second);) ++at;
    }
    if (!whole) {
      if (!times.empty()) cursor.after = to_ms(times.back()) / 1000;
      token = write_token(cursor);
    }
    if (!whole && times.empty()) break;
    MetricDataResult result;
    result.set_Id(query.Id())
        .set_Label(label_of(query))
        .set_Timestamps(std::move(times))
        .set_Values(std::move(values))
        .set_StatusCode(whole ? "Complete" : "PartialData");
    results.push_back(std::move(result));
    if (!whole) break;
  }
  GetMetricDataOutput output;
  output.set_MetricDataResults(std::move(results))
      .set_Messages(std::vector<sagebrush::cloudwatch::MessageData>{});
  if (!token.empty()) output.set_NextToken(token);
  return output;
}

}  // namespace sagebrush::service::cloudwatch
