#pragma once

#include <mutex>
#include <string>

#include "job/file_systems.h"
#include "job/quota_table.h"

namespace sagebrush {
class Clock;
namespace store {
class Database;
class Identities;
class Images;
class Logs;
class Metrics;
class Objects;
}  // namespace store
namespace job {
class Engine;
}
}  // namespace sagebrush

namespace sagebrush::service {

// What happens to a request for more of a quota: it waits until the configuration grants it, is
// granted, or is denied.
enum class QuotaIncreases { kAsk, kApprove, kDeny };

struct Quotas {
  job::QuotaTable table;
  QuotaIncreases increases = QuotaIncreases::kAsk;
  // Held from counting what is used to taking in the job that uses more.
  std::mutex admission = {};
};

// What handlers work with: made once at start, alive as long as any request.
struct House {
  std::string account;  // "000000000000"
  std::string region;   // the configured one; a request's own is in its Call
  const Clock& clock;
  store::Database& database;
  store::Objects& objects;
  store::Images& images;
  store::Logs& logs;
  store::Metrics& metrics;
  store::Identities& identities;
  job::Engine& engine;
  bool create_repositories_on_push;  // unlike AWS
  const job::FileSystems& file_systems;
  Quotas& quotas;
  double spot_discount = 0.7;  // what BillableTimeInSeconds takes off a spot job's time
};

}  // namespace sagebrush::service
