#include "store/jobs.h"

#include <soci/soci.h>

#include "base/error.h"
#include "base/text.h"
#include "store/database.h"

namespace sagebrush::store {
namespace {

constexpr const char* kColumns =
    "id, kind, name, status, created_ms, modified_ms, version, document";

// Runs a prepared SELECT of kColumns whose uses are bound, into rows.
class RowReader {
 public:
  template <typename Bind>
  static std::vector<JobRow> read(soci::session& session, const std::string& sql, Bind bind) {
    std::vector<JobRow> rows;
    JobRow row;
    long long created = 0;
    long long modified = 0;
    long long version = 0;
    soci::statement statement(session);
    statement.exchange(soci::into(row.id));
    statement.exchange(soci::into(row.kind));
    statement.exchange(soci::into(row.name));
    statement.exchange(soci::into(row.status));
    statement.exchange(soci::into(created));
    statement.exchange(soci::into(modified));
    statement.exchange(soci::into(version));
    statement.exchange(soci::into(row.document));
    bind(statement);
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) {
      row.created_ms = created;
      row.modified_ms = modified;
      row.version = version;
      rows.push_back(row);
    }
    return rows;
  }
};

std::string order_column(JobOrder order) {
  switch (order) {
    case JobOrder::kName: return "name";
    case JobOrder::kCreation: return "created_ms";
    case JobOrder::kStatus: return "status";
  }
  return "created_ms";
}

std::string list_sql(const JobQuery& query) {
  const std::string column = order_column(query.order);
  const std::string compare = query.descending ? "<" : ">";
  const std::string direction = query.descending ? " DESC" : " ASC";
  std::string sql = std::string("SELECT ") + kColumns +
                    " FROM jobs WHERE kind = :kind"
                    " AND created_ms > :created_after AND created_ms < :created_before"
                    " AND modified_ms > :modified_after AND modified_ms < :modified_before";
  if (!query.status.empty()) sql += " AND status = :status";
  // Substring, with case, in SQL of both databases.
  if (!query.name_contains.empty()) sql += " AND replace(name, :contains, '') <> name";
  if (query.after) {
    sql += query.order == JobOrder::kName
               ? " AND name " + compare + " :after_name"
               : " AND (" + column + " " + compare + " :after_value OR (" + column +
                     " = :after_value2 AND name " + compare + " :after_name))";
  }
  sql += " ORDER BY " + column + direction;
  if (query.order != JobOrder::kName) sql += ", name" + direction;
  return sql + " LIMIT :limit";
}

}  // namespace

void Jobs::insert(const JobRow& row) {
  database_.write([&](soci::session& session) {
    int taken = 0;
    session << "SELECT count(*) FROM jobs WHERE kind = :kind AND lower(name) = lower(:name)",
        soci::use(row.kind), soci::use(row.name), soci::into(taken);
    if (taken != 0) throw Error(ErrorKind::kAlreadyExists, "a job named " + row.name + " exists");
    const long long created = row.created_ms;
    const long long modified = row.modified_ms;
    const long long version = row.version;
    session
        << "INSERT INTO jobs (id, kind, name, status, created_ms, modified_ms, version, document)"
           " VALUES (:id, :kind, :name, :status, :created, :modified, :version, :document)",
        soci::use(row.id), soci::use(row.kind), soci::use(row.name), soci::use(row.status),
        soci::use(created), soci::use(modified), soci::use(version), soci::use(row.document);
  });
}

bool Jobs::replace(const JobRow& row, const std::optional<PoolRow>& pool) {
  bool done = false;
  database_.write([&](soci::session& session) {
    const long long modified = row.modified_ms;
    const long long version = row.version;
    const long long next = row.version + 1;
    soci::statement statement =
        (session.prepare << "UPDATE jobs SET status = :status, modified_ms = :modified,"
                            " version = :next, document = :document"
                            " WHERE id = :id AND version = :version",
         soci::use(row.status), soci::use(modified), soci::use(next), soci::use(row.document),
         soci::use(row.id), soci::use(version));
    statement.execute(true);
    done = statement.get_affected_rows() == 1;
    if (done && pool) put_pool(session, *pool);
  });
  return done;
}

std::optional<JobRow> Jobs::find(const std::string& kind, const std::string& name) {
  auto row = find_lower_case(kind, to_lower(name));
  return row && row->name == name ? std::move(row) : std::nullopt;
}

std::optional<JobRow> Jobs::find_lower_case(const std::string& kind, const std::string& name) {
  std::vector<JobRow> rows;
  database_.read([&](soci::session& session) {
    rows = RowReader::read(
        session,
        std::string("SELECT ") + kColumns + " FROM jobs WHERE kind = :kind AND lower(name) = :name",
        [&](soci::statement& statement) {
          statement.exchange(soci::use(kind, "kind"));
          statement.exchange(soci::use(name, "name"));
        });
  });
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::vector<JobRow> Jobs::unfinished(const std::string& kind) {
  std::vector<JobRow> rows;
  database_.read([&](soci::session& session) {
    rows = RowReader::read(
        session,
        std::string("SELECT ") + kColumns +
            " FROM jobs WHERE kind = :kind"
            " AND status IN ('InProgress', 'Stopping')"
            " ORDER BY created_ms, name",
        [&](soci::statement& statement) { statement.exchange(soci::use(kind, "kind")); });
  });
  return rows;
}

std::vector<JobRow> Jobs::list(const JobQuery& query) {
  std::vector<JobRow> rows;
  const long long created_after = query.created_after_ms;
  const long long created_before = query.created_before_ms;
  const long long modified_after = query.modified_after_ms;
  const long long modified_before = query.modified_before_ms;
  const JobCursor after = query.after.value_or(JobCursor{});
  const long long after_number = after.number;
  database_.read([&](soci::session& session) {
    rows = RowReader::read(session, list_sql(query), [&](soci::statement& statement) {
      statement.exchange(soci::use(query.kind, "kind"));
      statement.exchange(soci::use(created_after, "created_after"));
      statement.exchange(soci::use(created_before, "created_before"));
      statement.exchange(soci::use(modified_after, "modified_after"));
      statement.exchange(soci::use(modified_before, "modified_before"));
      if (!query.status.empty()) statement.exchange(soci::use(query.status, "status"));
      if (!query.name_contains.empty()) {
        statement.exchange(soci::use(query.name_contains, "contains"));
      }
      if (query.after && query.order == JobOrder::kCreation) {
        statement.exchange(soci::use(after_number, "after_value"));
        statement.exchange(soci::use(after_number, "after_value2"));
      }
      if (query.after && query.order == JobOrder::kStatus) {
        statement.exchange(soci::use(after.text, "after_value"));
        statement.exchange(soci::use(after.text, "after_value2"));
      }
      if (query.after) statement.exchange(soci::use(after.name, "after_name"));
      statement.exchange(soci::use(query.limit, "limit"));
    });
  });
  return rows;
}

void Jobs::erase(const std::string& id) {
  database_.write([&](soci::session& session) {
    session << "DELETE FROM jobs WHERE id = :id", soci::use(id);
    session << "DELETE FROM warm_pools WHERE job_id = :id", soci::use(id);
  });
}

}  // namespace sagebrush::store
