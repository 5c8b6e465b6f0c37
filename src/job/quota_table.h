#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/training_job.h"

namespace sagebrush::job {

// One quota of SageMaker as Service Quotas shows it.
struct Quota {
  std::string code;  // "L-1A2B3C4D": of the name, the same on every server
  std::string name;  // AWS's: "ml.m5.large for training job usage"
  std::string unit;  // "None", "Seconds"
  double value = 0;  // what the configuration says, else kUnlimited
};

// Shown where nothing limits.
inline constexpr double kUnlimited = 2147483647;

inline constexpr const char* kInstancesOfOneJob = "Number of instances for a training job";
inline constexpr const char* kInstancesOfAllJobs = "Number of instances across all training jobs";
inline constexpr const char* kLongestRun = "Longest run time for a training job";

// What an instance type can be used for, as AWS words it in "<type> for <use> usage".
inline constexpr const char* kTrainingUse = "training job";
inline constexpr const char* kSpotUse = "spot training job";
inline constexpr const char* kWarmPoolUse = "training warm pool";
std::string quota_name(std::string_view instance_type, std::string_view use);

// All quotas, by name: six for each instance type, and those for all types together.
class QuotaTable {
 public:
  // limits: from names or codes to values. Throws Error{kInvalid} that shows a name nobody knows.
  explicit QuotaTable(const std::map<std::string, double>& limits = {});

  const std::vector<Quota>& all() const { return quotas_; }
  const Quota* find(std::string_view name) const;  // nullptr: no such quota
  const Quota* find_code(std::string_view code) const;

 private:
  std::vector<Quota> quotas_;
};

// How much of which quota a job asks for.
struct QuotaDemand {
  std::string quota;  // its name
  double amount = 0;
  bool shared = true;  // with all other unfinished jobs; false: a limit of each job alone
};

// What a CreateTrainingJob request asks for.
std::vector<QuotaDemand> demand_of(const boost::json::object& request);

// A demand that its quota refuses.
struct QuotaRefusal {
  Quota quota;
  double used = 0;
  double asked = 0;
};
// Pure. limit_of: the applied value of a quota. `unfinished`: the requests of the jobs that hold
// their share; `pools`: what warm pools hold.
template <class Requests, class LimitOf>
std::optional<QuotaRefusal> refused(const boost::json::object& request, const Requests& unfinished,
                                    const std::vector<QuotaDemand>& pools, const QuotaTable& table,
                                    const LimitOf& limit_of) {
  for (const QuotaDemand& demand : demand_of(request)) {
    const Quota* quota = table.find(demand.quota);
    if (!quota) continue;  // an instance type that nobody listed
    const double limit = limit_of(*quota);
    if (limit >= kUnlimited) continue;
    double used = 0;
    for (const QuotaDemand& pool : pools) {
      if (pool.quota == demand.quota) used += pool.amount;
    }
    for (const boost::json::object& other : unfinished) {
      if (!demand.shared) break;
      for (const QuotaDemand& held : demand_of(other)) {
        if (held.quota == demand.quota) used += held.amount;
      }
    }
    if (used + demand.amount > limit) return QuotaRefusal{*quota, used, demand.amount};
  }
  return std::nullopt;
}

}  // namespace sagebrush::job
