#include "generated/sagemaker/list_training_jobs.h"

#include <boost/json.hpp>

#include "aws/aws_error.h"
#include "base/text.h"
#include "job/engine.h"
#include "job/live_jobs.h"
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

// The rows that the query asks for; of a warm pool's status, those that have it.
std::vector<store::JobRow> list(Call& call, store::JobQuery query,
                                const std::optional<std::string>& pool_status) {
  store::Jobs jobs(call.house.database);
  if (!pool_status) return jobs.list(query);
  const auto wanted = static_cast<std::size_t>(query.limit);
  query.limit = 1000;
  std::vector<store::JobRow> found;
  for (;;) {
    const auto rows = jobs.list(query);
    for (const auto& row : rows) {
      const auto pool = call.house.engine.warm_pool(job::from_row(row));
      if (pool && pool->status == *pool_status) found.push_back(row);
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
  std::vector<store::JobRow> rows = list(call, query, request.WarmPoolStatusEquals());
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
