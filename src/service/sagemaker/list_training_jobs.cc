#include "generated/sagemaker/list_training_jobs.h"

#include <boost/json.hpp>

#include "aws/aws_error.h"
#include "base/text.h"
#include "job/engine.h"
#include "job/live_jobs.h"
#include "job/request_json.h"
#include "service/call.h"
#include "service/sagemaker/training_job_document.h"
#include "store/jobs.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDefaultPage = 10;  // AWS's

std::string to_token(const store::JobRow& last) {
  return to_base64(json::serialize(
      json::object{{"status", last.status}, {"created", last.created_ms}, {"name", last.name}}));
}

store::JobCursor from_token(const std::string& token) {
  const auto text = from_base64(token);
  json::error_code failed = json::error::syntax;
  const json::value value = text ? json::parse(*text, failed) : json::value();
  const auto* object = failed ? nullptr : value.if_object();
  if (!object || !object->contains("status") || !object->contains("created") ||
      !object->contains("name") || !object->at("status").is_string() ||
      !object->at("created").is_int64() || !object->at("name").is_string()) {
    throw aws::AwsError("ValidationException", 400,
                        "Invalid NextToken '" + token + "': pass the one of the last answer.");
  }
  return {.text = std::string(object->at("status").get_string()),
          .number = object->at("created").get_int64(),
          .name = std::string(object->at("name").get_string())};
}

store::JobOrder order_of(const std::string& sort_by) {
  if (sort_by == "Name") return store::JobOrder::kName;
  if (sort_by == "Status") return store::JobOrder::kStatus;
  return store::JobOrder::kCreation;
}

store::JobQuery query_of(const ListTrainingJobsRequest& request) {
  store::JobQuery query;
  query.kind = job::kTrainingKind;
  query.name_contains = request.NameContains().value_or("");
  query.status = request.StatusEquals().value_or("");
  if (const auto time = request.CreationTimeAfter()) query.created_after_ms = to_ms(*time);
  if (const auto time = request.CreationTimeBefore()) query.created_before_ms = to_ms(*time);
  if (const auto time = request.LastModifiedTimeAfter()) query.modified_after_ms = to_ms(*time);
  if (const auto time = request.LastModifiedTimeBefore()) query.modified_before_ms = to_ms(*time);
  query.order = order_of(request.SortBy().value_or("CreationTime"));
  query.descending = request.SortOrder().value_or("Ascending") == "Descending";
  if (const auto token = request.NextToken()) query.after = from_token(*token);
  return query;
}

// Filters that the database knows nothing of.
struct Wanted {
  std::optional<std::string> pool_status;
  std::optional<std::string> plan;  // TrainingPlanArn

  bool all() const { return !pool_status && !plan; }
};

bool matches(const Call& call, const job::TrainingJob& job, const Wanted& wanted) {
  if (wanted.plan) {
    const auto* resources = job::object_at(job.request, "ResourceConfig");
    if (!resources || job::text_at(*resources, "TrainingPlanArn") != *wanted.plan) return false;
  }
  if (!wanted.pool_status) return true;
  const auto pool = call.house.engine.warm_pool(job);
  return pool && pool->status == *wanted.pool_status;
}

std::vector<store::JobRow> list(Call& call, store::JobQuery query, const Wanted& filter) {
  store::Jobs jobs(call.house.database);
  if (filter.all()) return jobs.list(query);
  const auto wanted = static_cast<std::size_t>(query.limit);
  query.limit = 1000;
  std::vector<store::JobRow> found;
  for (;;) {
    const auto rows = jobs.list(query);
    for (const auto& row : rows) {
      if (matches(call, job::from_row(row), filter)) found.push_back(row);
      if (found.size() == wanted) return found;
    }
    if (rows.size() < static_cast<std::size_t>(query.limit)) return found;
    query.after = {
        .text = rows.back().status, .number = rows.back().created_ms, .name = rows.back().name};
  }
}

}  // namespace

sagebrush::sagemaker::ListTrainingJobsResponse list_training_jobs(
    Call& call, const sagebrush::sagemaker::ListTrainingJobsRequest& request) {
  const auto page = static_cast<int>(request.MaxResults().value_or(kDefaultPage));
  store::JobQuery query = query_of(request);
  query.limit = page + 1;  // one more tells whether there is a next page
  std::vector<store::JobRow> rows =
      list(call, query, {request.WarmPoolStatusEquals(), request.TrainingPlanArnEquals()});
  const bool more = rows.size() > static_cast<std::size_t>(page);
  if (more) rows.resize(static_cast<std::size_t>(page));

  std::vector<TrainingJobSummary> summaries;
  for (const auto& row : rows) {
    const job::TrainingJob job = job::from_row(row);
    summaries.push_back(
        TrainingJobSummary::from_json(summarise(job, call.house.engine.warm_pool(job))));
  }
  ListTrainingJobsResponse response;
  response.set_TrainingJobSummaries(summaries);
  if (more) response.set_NextToken(to_token(rows.back()));
  return response;
}

}  // namespace sagebrush::service::sagemaker
