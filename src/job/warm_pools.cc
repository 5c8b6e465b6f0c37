#include "job/warm_pools.h"

#include <utility>

#include "agent_protocol/json_reader.h"
#include "base/error.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::JsonReader;

constexpr std::pair<PoolStatus, const char*> kNames[] = {{PoolStatus::kAvailable, "Available"},
                                                         {PoolStatus::kReused, "Reused"},
                                                         {PoolStatus::kTerminated, "Terminated"}};

json::object to_json(const PoolRecord& record) {
  const Share& share = record.pool.share;
  json::object out{{"job_id", record.pool.job_id},
                   {"job_name", record.job_name},
                   {"key", record.pool.key},
                   {"cpus", share.cpus},
                   {"cpu_set", json::value_from(share.cpu_set)},
                   {"memory_bytes", static_cast<std::int64_t>(share.memory_bytes)},
                   {"gpus", json::value_from(share.gpus)},
                   {"since_ms", to_ms(record.since)},
                   {"until_ms", to_ms(record.pool.until)},
                   {"status", to_string(record.status)},
                   {"reused_by", record.reused_by}};
  if (record.ended) out["ended_ms"] = to_ms(*record.ended);
  return out;
}

std::vector<int> numbers(const json::array& array) {
  return json::value_to<std::vector<int>>(json::value(array));
}

PoolRecord record_from(const std::string& document) {
  const json::value value = json::parse(document);
  const JsonReader in(value.as_object());
  PoolRecord record{.pool = {.job_id = in.text("job_id"),
                             .share = {.cpus = static_cast<int>(in.integer("cpus")),
                                       .cpu_set = numbers(in.array("cpu_set")),
                                       .memory_bytes = in.size("memory_bytes"),
                                       .gpus = numbers(in.array("gpus"))},
                             .key = in.text("key"),
                             .until = in.time("until_ms")},
                    .job_name = in.text("job_name"),
                    .since = in.time("since_ms"),
                    .ended = in.time_if("ended_ms")};
  for (const auto& [status, name] : kNames) {
    if (in.text("status") == name) record.status = status;
  }
  record.reused_by = in.text("reused_by");
  return record;
}

store::PoolRow to_row(const PoolRecord& record) {
  return {record.pool.job_id, to_string(record.status), json::serialize(to_json(record))};
}

// How it is once it has ended.
PoolRecord ended(PoolRecord record, PoolStatus status, const std::string& reused_by, Time now) {
  record.status = status;
  record.reused_by = reused_by;
  record.ended = now;
  return record;
}

bool flag_at(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_bool() && value->get_bool();
}

}  // namespace

std::string to_string(PoolStatus status) {
  for (const auto& [known, name] : kNames) {
    if (known == status) return name;
  }
  throw Error(ErrorKind::kInternal, "a pool's status without a name");
}

std::int64_t PoolRecord::retained_seconds(Time now) const {
  const Time until = std::max(since, std::min(ended.value_or(now), pool.until));
  return std::chrono::ceil<std::chrono::seconds>(until - since).count();
}

std::string pool_key(const json::object& request) {
  const auto* resources = object_at(request, "ResourceConfig");
  if (!resources || resources->contains("InstanceGroups")) return "";
  if (flag_at(request, "EnableManagedSpotTraining")) return "";
  json::object key{{"RoleArn", text_at(request, "RoleArn")},
                   {"InstanceType", text_at(*resources, "InstanceType")},
                   {"InstanceCount", integer_at(*resources, "InstanceCount", 1)},
                   {"VolumeKmsKeyId", text_at(*resources, "VolumeKmsKeyId")},
                   {"VolumeSizeInGB", integer_at(*resources, "VolumeSizeInGB", 0)},
                   {"EnableInterContainerTrafficEncryption",
                    flag_at(request, "EnableInterContainerTrafficEncryption")},
                   {"EnableNetworkIsolation", flag_at(request, "EnableNetworkIsolation")}};
  if (const auto* vpc = object_at(request, "VpcConfig")) key["VpcConfig"] = *vpc;
  return json::serialize(key);
}

std::chrono::seconds keep_alive(const json::object& request) {
  const auto* resources = object_at(request, "ResourceConfig");
  return std::chrono::seconds(resources ? integer_at(*resources, "KeepAlivePeriodInSeconds", 0)
                                        : 0);
}

void WarmPools::load() {
  const std::scoped_lock lock(mutex_);
  for (const auto& row : rows_.pools(to_string(PoolStatus::kAvailable))) {
    available_.insert_or_assign(row.job_id, record_from(row.document));
  }
}

void WarmPools::store(const PoolRecord& record) {
  rows_.put_pool(to_row(record));
}

void WarmPools::open(const TrainingJob& job, const Share& share, Time now) {
  const PoolRecord record{.pool = {.job_id = job.id,
                                   .share = share,
                                   .key = pool_key(job.request),
                                   .until = now + keep_alive(job.request)},
                          .job_name = job.name,
                          .since = now};
  const std::scoped_lock lock(mutex_);
  store(record);
  available_.insert_or_assign(job.id, record);
}

std::vector<WarmPool> WarmPools::available() const {
  const std::scoped_lock lock(mutex_);
  std::vector<WarmPool> pools;
  for (const auto& [id, record] : available_) pools.push_back(record.pool);
  return pools;
}

std::vector<QuotaDemand> WarmPools::demands() const {
  std::vector<QuotaDemand> demands;
  for (const WarmPool& pool : available()) {
    const json::value value = json::parse(pool.key);
    const JsonReader key(value.as_object());
    demands.push_back({quota_name(key.text("InstanceType"), kWarmPoolUse),
                       static_cast<double>(key.integer("InstanceCount"))});
  }
  return demands;
}

void WarmPools::close(const std::string& job_id, PoolStatus status, const std::string& reused_by,
                      Time now) {
  const std::scoped_lock lock(mutex_);
  const auto found = available_.find(job_id);
  if (found == available_.end()) return;
  store(ended(found->second, status, reused_by, now));
  available_.erase(found);
}

void WarmPools::hand_over(const std::string& job_id, const std::string& taker, Time now,
                          const std::function<void(const std::optional<store::PoolRow>&)>& write) {
  const std::scoped_lock lock(mutex_);
  const auto found = available_.find(job_id);
  if (found == available_.end()) return write(std::nullopt);
  write(to_row(ended(found->second, PoolStatus::kReused, taker, now)));
  available_.erase(found);
}

void WarmPools::keep_until(const std::string& job_id, Time until) {
  const std::scoped_lock lock(mutex_);
  const auto found = available_.find(job_id);
  if (found == available_.end()) throw Error(ErrorKind::kConflict, "no warm pool is available");
  PoolRecord record = found->second;
  record.pool.until = until;
  store(record);
  found->second = record;
}

std::optional<PoolRecord> WarmPools::find(const std::string& job_id) const {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = available_.find(job_id);
    if (found != available_.end()) return found->second;
  }
  const auto row = rows_.find_pool(job_id);
  if (!row) return std::nullopt;
  return record_from(row->document);
}

}  // namespace sagebrush::job
