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
constexpr std::int64_t kUsualPeriod = 60;  // of a request without metrics

[[noreturn]] void refuse(const std::string& message) {
  throw aws::AwsError("ValidationError", 400, message);
}

bool is_id(const std::string& id) {
  return !id.empty() && id[0] >= 'a' && id[0] <= 'z' &&
         std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// Where a page ended: the query, which series of it, and the last moment shown of that.
struct Cursor {
  std::size_t query = 0;
  std::size_t series = 0;
  std::optional<std::int64_t> after;
};

std::string write_token(const Cursor& cursor) {
  return to_base64(std::to_string(cursor.query) + "/" + std::to_string(cursor.series) + "/" +
                   (cursor.after ? std::to_string(*cursor.after) : ""));
}

Cursor read_token(const std::string& token) {
  const std::string text = from_base64(token).value_or("");
  const auto parts = split(text, '/');
  if (parts.size() == 3) {
    const auto query = parse_unsigned(parts[0]);
    const auto series = parse_unsigned(parts[1]);
    const auto after = parse_signed(parts[2]);
    if (query && series && (after || parts[2].empty())) return {*query, *series, after};
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
  const auto metrics = [this](const std::string& part) {
    SeriesList all;
    for (const auto& other : queries_) {
      if (!other.MetricStat() || !other.Id().contains(part)) continue;
      all.push_back({label_of(other), std::get<TimeSeries>(value_of_id(other.Id()))});
    }
    return all;
  };
  const MathScope scope{.find = [this](const std::string& name) { return value_of_id(name); },
                        .metrics = metrics,
                        .period = [this](const std::string& name) { return period_of(name); },
                        .from_s = from_s_,
                        .to_s = to_s_};
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

std::int64_t MetricQueries::period_of(const std::string& id) const {
  std::int64_t least = 0;
  const auto consider = [&](std::int64_t period) {
    least = least == 0 ? period : std::min(least, period);
  };
  if (const auto index = index_.find(id); index != index_.end()) {
    const MetricDataQuery& query = queries_[index->second];
    if (const auto stat = query.MetricStat()) return stat->Period();
    if (const auto period = query.Period()) return *period;
  }
  for (const auto& query : queries_) {
    if (const auto stat = query.MetricStat()) consider(stat->Period());
  }
  return least == 0 ? kUsualPeriod : least;
}

SeriesList MetricQueries::answers(const MetricDataQuery& query) {
  MathValue value = value_of_id(query.Id());
  const std::string label = label_of(query);
  if (auto* series = std::get_if<TimeSeries>(&value)) return {{label, std::move(*series)}};
  auto* list = std::get_if<SeriesList>(&value);
  if (!list) {
    refuse("The expression '" + query.Id() +
           "' must be a time series or an array of them to be returned, not a number; set "
           "ReturnData to false, or take TIME_SERIES of it.");
  }
  for (NamedSeries& one : *list) one.name = label + " " + one.name;
  return std::move(*list);
}

namespace {

// One page's points of a series.
struct Piece {
  std::vector<Time> times;
  std::vector<double> values;
  bool whole = true;  // the series ends here
};

Piece cut(const TimeSeries& series, bool ascending, std::optional<std::int64_t> after,
          std::int64_t room) {
  Piece piece;
  const auto take = [&](const auto& point) {
    const auto& [time, value] = point;
    if (after && (ascending ? time <= *after : time >= *after)) return true;
    if (room-- == 0) return piece.whole = false;
    piece.times.push_back(from_ms(time * 1000));
    piece.values.push_back(value);
    return true;
  };
  if (ascending) {
    for (auto at = series.begin(); at != series.end() && take(*at);) ++at;
  } else {
    for (auto at = series.rbegin(); at != series.rend() && take(*at);) ++at;
  }
  return piece;
}

}  // namespace

GetMetricDataOutput answer_metric_queries(MetricQueries queries,
                                          const GetMetricDataInput& request) {
  using sagebrush::cloudwatch::MetricDataResult;
  const bool ascending = request.ScanBy().value_or("TimestampDescending") == "TimestampAscending";
  auto room = std::clamp<std::int64_t>(request.MaxDatapoints().value_or(kMostDatapoints), 1,
                                       kMostDatapoints);
  Cursor cursor = request.NextToken() ? read_token(*request.NextToken()) : Cursor{};
  std::vector<MetricDataResult> results;
  std::string token;
  for (; token.empty() && cursor.query < queries.queries().size(); ++cursor.query) {
    const MetricDataQuery& query = queries.queries()[cursor.query];
    if (!query.ReturnData().value_or(true)) continue;
    const SeriesList answers = queries.answers(query);
    for (; cursor.series < answers.size(); ++cursor.series, cursor.after.reset()) {
      const auto& [label, series] = answers[cursor.series];
      Piece piece = cut(series, ascending, cursor.after, room);
      room -= static_cast<std::int64_t>(piece.times.size());
      if (!piece.whole) {
        if (!piece.times.empty()) cursor.after = to_ms(piece.times.back()) / 1000;
        token = write_token(cursor);
        if (piece.times.empty()) break;
      }
      results.push_back(MetricDataResult()
                            .set_Id(query.Id())
                            .set_Label(label)
                            .set_Timestamps(std::move(piece.times))
                            .set_Values(std::move(piece.values))
                            .set_StatusCode(piece.whole ? "Complete" : "PartialData"));
      if (!piece.whole) break;
    }
    cursor.series = 0;
    cursor.after.reset();
  }
  GetMetricDataOutput output;
  output.set_MetricDataResults(std::move(results))
      .set_Messages(std::vector<sagebrush::cloudwatch::MessageData>{});
  if (!token.empty()) output.set_NextToken(token);
  return output;
}

}  // namespace sagebrush::service::cloudwatch
