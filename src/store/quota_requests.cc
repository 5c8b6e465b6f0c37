#include "store/quota_requests.h"

#include <soci/soci.h>

#include "base/error.h"
#include "store/database.h"
#include "store/migrations.h"

namespace sagebrush::store {

const std::string_view kQuotaRequestsSchema = R"sql(
CREATE TABLE quota_requests (
  id         TEXT PRIMARY KEY,
  quota_code TEXT NOT NULL,
  desired    DOUBLE PRECISION NOT NULL,
  status     TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  requester  TEXT NOT NULL
)
)sql";

void QuotaRequests::insert(const QuotaRequest& request) {
  database_.write([&](soci::session& session) {
    int open = 0;
    session
        << "SELECT count(*) FROM quota_requests WHERE quota_code = :code AND status = 'PENDING'",
        soci::use(request.quota_code), soci::into(open);
    if (open > 0) {
      throw Error(ErrorKind::kAlreadyExists,
                  "quota " + request.quota_code + " has an open request");
    }
    const long long created = request.created_ms, updated = request.updated_ms;
    session << "INSERT INTO quota_requests"
               " (id, quota_code, desired, status, created_ms, updated_ms, requester)"
               " VALUES (:id, :code, :desired, :status, :created, :updated, :requester)",
        soci::use(request.id), soci::use(request.quota_code), soci::use(request.desired),
        soci::use(request.status), soci::use(created), soci::use(updated),
        soci::use(request.requester);
  });
}

std::vector<QuotaRequest> QuotaRequests::all() {
  std::vector<QuotaRequest> requests;
  database_.read([&](soci::session& session) {
    QuotaRequest next;
    long long created = 0, updated = 0;
    soci::statement statement =
        (session.prepare << "SELECT id, quota_code, desired, status, created_ms, updated_ms,"
                            " requester FROM quota_requests ORDER BY created_ms DESC, id",
         soci::into(next.id), soci::into(next.quota_code), soci::into(next.desired),
         soci::into(next.status), soci::into(created), soci::into(updated),
         soci::into(next.requester));
    statement.execute();
    while (statement.fetch()) {
      next.created_ms = created;
      next.updated_ms = updated;
      requests.push_back(next);
    }
  });
  return requests;
}

std::optional<QuotaRequest> QuotaRequests::find(const std::string& id) {
  for (auto& request : all()) {
    if (request.id == id) return std::move(request);
  }
  return std::nullopt;
}

void QuotaRequests::set_status(const std::string& id, const std::string& status,
                               std::int64_t updated_ms) {
  const long long updated = updated_ms;
  database_.write([&](soci::session& session) {
    session << "UPDATE quota_requests SET status = :status, updated_ms = :updated WHERE id = :id",
        soci::use(status), soci::use(updated), soci::use(id);
  });
}

}  // namespace sagebrush::store
