#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sagebrush::store {

class Database;

// One request for more of a quota.
struct QuotaRequest {
  std::string id;
  std::string quota_code;
  double desired = 0;
  std::string status;  // PENDING, APPROVED or DENIED
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::string requester;  // JSON, as the service shows it
};

class QuotaRequests {
 public:
  explicit QuotaRequests(Database& database) : database_(database) {}

  // Throws Error{kAlreadyExists} when the quota has a PENDING one.
  void insert(const QuotaRequest& request);
  std::optional<QuotaRequest> find(const std::string& id);
  std::vector<QuotaRequest> all();  // newest first
  void set_status(const std::string& id, const std::string& status, std::int64_t updated_ms);

 private:
  Database& database_;
};

}  // namespace sagebrush::store
