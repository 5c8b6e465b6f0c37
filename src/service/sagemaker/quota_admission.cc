#include "service/sagemaker/quota_admission.h"

#include <cmath>
#include <functional>

#include "aws/aws_error.h"
#include "job/engine.h"
#include "service/service_quotas/quota_document.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;

bool is_limited(const job::QuotaTable& table, const json::object& request) {
  for (const auto& demand : job::demand_of(request)) {
    const job::Quota* quota = table.find(demand.quota);
    if (quota && quota->value < job::kUnlimited) return true;
  }
  return false;
}

std::string amount(double value, const job::Quota& quota) {
  return std::to_string(std::llround(value)) +
         (quota.unit == "None" ? " Instances" : " " + quota.unit);
}

[[noreturn]] void refuse(const job::QuotaRefusal& refusal, double limit) {
  const job::Quota& quota = refusal.quota;
  throw aws::AwsError(
      "ResourceLimitExceeded", 400,
      "The account-level service limit '" + quota.name + "' is " + amount(limit, quota) +
          ", with current utilization of " + amount(refusal.used, quota) +
          " and a request delta of " + amount(refusal.asked, quota) +
          ". Please use AWS Service Quotas to request an increase for this quota. If AWS Service "
          "Quotas is not available, contact AWS support to request an increase for this quota.");
}

}  // namespace

std::unique_lock<std::mutex> admit(const Call& call, const json::object& request,
                                   const std::string& replaced) {
  Quotas& quotas = call.house.quotas;
  if (!is_limited(quotas.table, request)) return {};
  std::unique_lock admission(quotas.admission);
  const auto requests = store::QuotaRequests(call.house.database).all();
  const auto limit_of = [&](const job::Quota& quota) {
    return service_quotas::applied_value(call, quota, requests);
  };
  const auto jobs = call.house.engine.unfinished();
  std::vector<std::reference_wrapper<const json::object>> unfinished;
  for (const auto& job : jobs) {
    if (job->id != replaced) unfinished.emplace_back(job->request);
  }
  if (const auto refusal = job::refused(request, unfinished, call.house.engine.warm_pool_demands(),
                                        quotas.table, limit_of)) {
    refuse(*refusal, limit_of(refusal->quota));
  }
  return admission;
}

}  // namespace sagebrush::service::sagemaker
