#include "job/quota_table.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "job/instance_catalogue.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;

constexpr const char* kUses[] = {"endpoint",   "processing job", kSpotUse,
                                 kTrainingUse, kWarmPoolUse,     "transform job"};

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// AWS's own codes are in no public table.
std::string code_of(const std::string& name) {
  return "L-" + upper(sha256_hex("sagemaker/" + name).substr(0, 8));
}

Quota quota_of(std::string name, const char* unit) {
  std::string code = code_of(name);
  return {.code = std::move(code), .name = std::move(name), .unit = unit, .value = kUnlimited};
}

struct Group {
  std::string type;
  std::int64_t count;
};

std::vector<Group> instances_of(const json::object& request) {
  std::vector<Group> groups;
  const auto* resources = object_at(request, "ResourceConfig");
  if (!resources) return groups;
  if (const auto* given = resources->if_contains("InstanceGroups"); given && given->is_array()) {
    for (const auto& value : given->get_array()) {
      const auto* group = value.if_object();
      if (!group) continue;
      groups.push_back({text_at(*group, "InstanceType"), integer_at(*group, "InstanceCount", 1)});
    }
  }
  if (groups.empty()) {
    groups.push_back(
        {text_at(*resources, "InstanceType"), integer_at(*resources, "InstanceCount", 1)});
  }
  return groups;
}

}  // namespace

std::string quota_name(std::string_view instance_type, std::string_view use) {
  return std::string(instance_type) + " for " + std::string(use) + " usage";
}

QuotaTable::QuotaTable(const std::map<std::string, double>& limits) {
  for (const InstanceType& type : instance_types()) {
    for (const char* use : kUses) quotas_.push_back(quota_of(quota_name(type.name, use), "None"));
  }
  quotas_.push_back(quota_of(kInstancesOfOneJob, "None"));
  quotas_.push_back(quota_of(kInstancesOfAllJobs, "None"));
  quotas_.push_back(quota_of(kLongestRun, "Seconds"));
  std::ranges::sort(quotas_, {}, &Quota::name);
  for (const auto& [key, value] : limits) {
    const Quota* quota = find(key) ? find(key) : find_code(key);
    if (!quota) {
      throw Error(ErrorKind::kInvalid,
                  "quotas: '" + key +
                      "' is not a quota; names are as 'ml.m5.large for training job usage'");
    }
    if (!(value >= 0)) {
      throw Error(ErrorKind::kInvalid, "quotas: the value of '" + key + "' must be 0 or more");
    }
    quotas_[static_cast<std::size_t>(quota - quotas_.data())].value = std::min(value, kUnlimited);
  }
}

const Quota* QuotaTable::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(quotas_, name, {}, &Quota::name);
  return found != quotas_.end() && found->name == name ? &*found : nullptr;
}

const Quota* QuotaTable::find_code(std::string_view code) const {
  const auto found = std::ranges::find(quotas_, code, &Quota::code);
  return found == quotas_.end() ? nullptr : &*found;
}

std::vector<QuotaDemand> demand_of(const json::object& request) {
  const auto* spot = request.if_contains("EnableManagedSpotTraining");
  const bool is_spot = spot && spot->is_bool() && spot->get_bool();
  const auto* resources = object_at(request, "ResourceConfig");
  const bool kept_warm = resources && integer_at(*resources, "KeepAlivePeriodInSeconds", 0) > 0;
  std::vector<QuotaDemand> demands;
  double all = 0;
  for (const Group& group : instances_of(request)) {
    const auto count = static_cast<double>(group.count);
    demands.push_back({quota_name(group.type, is_spot ? kSpotUse : kTrainingUse), count});
    if (kept_warm) demands.push_back({quota_name(group.type, kWarmPoolUse), count});
    all += count;
  }
  demands.push_back({kInstancesOfOneJob, all, false});
  demands.push_back({kInstancesOfAllJobs, all});
  if (const auto* condition = object_at(request, "StoppingCondition")) {
    const auto run = integer_at(*condition, "MaxRuntimeInSeconds", 86400);
    demands.push_back({kLongestRun, static_cast<double>(run), false});
  }
  return demands;
}

}  // namespace sagebrush::job
