#include <soci/soci.h>

#include "store/database.h"
#include "store/jobs.h"
#include "store/migrations.h"

namespace sagebrush::store {

const std::string_view kWarmPoolsSchema = R"sql(
CREATE TABLE warm_pools (
  job_id   TEXT PRIMARY KEY,
  status   TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX warm_pools_by_status ON warm_pools (status, job_id)
)sql";

void Jobs::put_pool(soci::session& session, const PoolRow& row) {
  session << "INSERT INTO warm_pools (job_id, status, document) VALUES (:id, :status, :document)"
             " ON CONFLICT (job_id) DO UPDATE SET status = excluded.status,"
             " document = excluded.document",
      soci::use(row.job_id), soci::use(row.status), soci::use(row.document);
}

void Jobs::put_pool(const PoolRow& row) {
  database_.write([&](soci::session& session) { put_pool(session, row); });
}

std::optional<PoolRow> Jobs::find_pool(const std::string& job_id) {
  std::optional<PoolRow> found;
  database_.read([&](soci::session& session) {
    PoolRow row{.job_id = job_id, .status = {}, .document = {}};
    session << "SELECT status, document FROM warm_pools WHERE job_id = :id", soci::use(job_id),
        soci::into(row.status), soci::into(row.document);
    if (session.got_data()) found = row;
  });
  return found;
}

std::vector<PoolRow> Jobs::pools(const std::string& status) {
  std::vector<PoolRow> rows;
  database_.read([&](soci::session& session) {
    PoolRow row{.job_id = {}, .status = status, .document = {}};
    soci::statement statement =
        (session.prepare << "SELECT job_id, document FROM warm_pools WHERE status = :status"
                            " ORDER BY job_id",
         soci::use(status), soci::into(row.job_id), soci::into(row.document));
    statement.execute();
    while (statement.fetch()) rows.push_back(row);
  });
  return rows;
}

}  // namespace sagebrush::store
