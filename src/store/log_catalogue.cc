#include "store/log_catalogue.h"

#include <soci/soci.h>

#include "base/error.h"
#include "base/random.h"
#include "store/database.h"

namespace sagebrush::store {
namespace {

bool has_group(soci::session& sql, const std::string& group) {
  int count = 0;
  sql << "SELECT count(*) FROM log_groups WHERE name = :name", soci::use(group), soci::into(count);
  return count > 0;
}

bool has_stream(soci::session& sql, const std::string& group, const std::string& stream) {
  int count = 0;
  sql << "SELECT count(*) FROM log_streams WHERE group_name = :group_name AND name = :name",
      soci::use(group), soci::use(stream), soci::into(count);
  return count > 0;
}

void insert_group(soci::session& sql, const std::string& group, Time now) {
  const long long created = to_ms(now);
  sql << "INSERT INTO log_groups (name, created_ms, retention_days) VALUES (:name, :created, 0)",
      soci::use(group), soci::use(created);
}

void insert_stream(soci::session& sql, const std::string& group, const std::string& stream,
                   Time now) {
  const std::string id = random_hex(8);
  const long long created = to_ms(now);
  sql << "INSERT INTO log_streams (group_name, name, id, created_ms, checkpoint_bytes, "
         "first_event_ms,"
         " last_event_ms, last_ingestion_ms, next_sequence)"
         " VALUES (:group_name, :name, :id, :created, 0, 0, 0, 0, 0)",
      soci::use(group), soci::use(stream), soci::use(id), soci::use(created);
}

LogGroup group_of(const std::string& name, long long created_ms, int retention_days) {
  LogGroup group{
      .name = name, .created = from_ms(created_ms), .retention_days = {}, .stored_bytes = 0};
  if (retention_days > 0) group.retention_days = retention_days;
  return group;
}

// The columns of a stream's row, to read into.
struct StreamColumns {
  std::string group, name, id;
  long long created = 0, bytes = 0, first = 0, last = 0, ingestion = 0, sequence = 0;

  static constexpr const char* kNames =
      "group_name, name, id, created_ms, checkpoint_bytes, first_event_ms, last_event_ms, "
      "last_ingestion_ms,"
      " next_sequence";

  void bind(soci::statement& statement) {
    for (std::string* text : {&group, &name, &id}) statement.exchange(soci::into(*text));
    for (long long* number : {&created, &bytes, &first, &last, &ingestion, &sequence}) {
      statement.exchange(soci::into(*number));
    }
  }

  LogStreamRow row() const {
    LogStreamRow row{group, name, id, from_ms(created), {}};
    row.checkpoint.next_sequence = static_cast<std::uint64_t>(sequence);
    if (bytes > 0) {
      row.checkpoint.bytes = static_cast<std::uint64_t>(bytes);
      row.checkpoint.first_event_ms = first;
      row.checkpoint.last_event_ms = last;
      row.checkpoint.last_ingestion_ms = ingestion;
    }
    return row;
  }
};

}  // namespace

void throw_no_log_group() {
  throw Error(ErrorKind::kNotFound, "The specified log group does not exist.");
}

void throw_no_log_stream() {
  throw Error(ErrorKind::kNotFound, "The specified log stream does not exist.");
}

void LogCatalogue::create_group(const std::string& group, Time now) {
  database_.write([&](soci::session& sql) {
    if (has_group(sql, group)) {
      throw Error(ErrorKind::kAlreadyExists, "The specified log group already exists");
    }
    insert_group(sql, group, now);
  });
}

std::vector<std::string> LogCatalogue::delete_group(const std::string& group) {
  std::vector<std::string> ids;
  database_.write([&](soci::session& sql) {
    ids.clear();
    if (!has_group(sql, group)) throw_no_log_group();
    std::string id;
    soci::statement statement =
        (sql.prepare << "SELECT id FROM log_streams WHERE group_name = :name", soci::use(group),
         soci::into(id));
    statement.execute();
    while (statement.fetch()) ids.push_back(id);
    sql << "INSERT INTO log_garbage (id) SELECT id FROM log_streams WHERE group_name = :name",
        soci::use(group);
    sql << "DELETE FROM log_streams WHERE group_name = :name", soci::use(group);
    sql << "DELETE FROM log_groups WHERE name = :name", soci::use(group);
  });
  return ids;
}

std::optional<LogGroup> LogCatalogue::find_group(const std::string& group) {
  std::optional<LogGroup> found;
  database_.read([&](soci::session& sql) {
    long long created = 0;
    int days = 0;
    sql << "SELECT created_ms, retention_days FROM log_groups WHERE name = :name", soci::use(group),
        soci::into(created), soci::into(days);
    if (sql.got_data()) found = group_of(group, created, days);
  });
  return found;
}

std::vector<LogGroup> LogCatalogue::groups(const std::string& prefix, const std::string& pattern,
                                           const std::string& after, int limit) {
  std::vector<LogGroup> found;
  database_.read([&](soci::session& sql) {
    found.clear();
    std::string name;
    long long created = 0;
    int days = 0;
    // Substring with case by replace(): LIKE has none in SQLite.
    soci::statement statement =
        (sql.prepare
             << "SELECT name, created_ms, retention_days FROM log_groups WHERE name > :after"
                " AND substr(name, 1, length(:prefix1)) = :prefix2"
                " AND (:pattern1 = '' OR replace(name, :pattern2, '') <> name)"
                " ORDER BY name LIMIT :most",
         soci::use(after), soci::use(prefix), soci::use(prefix), soci::use(pattern),
         soci::use(pattern), soci::use(limit), soci::into(name), soci::into(created),
         soci::into(days));
    statement.execute();
    while (statement.fetch()) found.push_back(group_of(name, created, days));
  });
  return found;
}

void LogCatalogue::set_retention(const std::string& group, std::optional<int> days) {
  const int value = days.value_or(0);
  database_.write([&](soci::session& sql) {
    if (!has_group(sql, group)) throw_no_log_group();
    sql << "UPDATE log_groups SET retention_days = :days WHERE name = :name", soci::use(value),
        soci::use(group);
  });
}

void LogCatalogue::create_stream(const std::string& group, const std::string& stream, Time now) {
  database_.write([&](soci::session& sql) {
    if (!has_group(sql, group)) throw_no_log_group();
    if (has_stream(sql, group, stream)) {
      throw Error(ErrorKind::kAlreadyExists, "The specified log stream already exists");
    }
    insert_stream(sql, group, stream, now);
  });
}

void LogCatalogue::ensure_stream(const std::string& group, const std::string& stream, Time now) {
  database_.write([&](soci::session& sql) {
    if (!has_group(sql, group)) insert_group(sql, group, now);
    if (!has_stream(sql, group, stream)) insert_stream(sql, group, stream, now);
  });
}

std::string LogCatalogue::delete_stream(const std::string& group, const std::string& stream) {
  std::string id;
  database_.write([&](soci::session& sql) {
    if (!has_group(sql, group)) throw_no_log_group();
    sql << "SELECT id FROM log_streams WHERE group_name = :group_name AND name = :name",
        soci::use(group), soci::use(stream), soci::into(id);
    if (!sql.got_data()) throw_no_log_stream();
    sql << "INSERT INTO log_garbage (id) VALUES (:id)", soci::use(id);
    sql << "DELETE FROM log_streams WHERE id = :id", soci::use(id);
  });
  return id;
}

std::optional<LogStreamRow> LogCatalogue::find_stream(const std::string& group,
                                                      const std::string& stream) {
  std::optional<LogStreamRow> row;
  database_.read([&](soci::session& sql) {
    StreamColumns columns;
    soci::statement statement(sql);
    columns.bind(statement);
    statement.exchange(soci::use(group));
    statement.exchange(soci::use(stream));
    statement.alloc();
    statement.prepare(std::string("SELECT ") + StreamColumns::kNames +
                      " FROM log_streams WHERE group_name = :group_name AND name = :name");
    statement.define_and_bind();
    if (statement.execute(true)) row = columns.row();
  });
  return row;
}

LogStreamRow LogCatalogue::stream(const std::string& group, const std::string& stream) {
  if (auto row = find_stream(group, stream)) return *row;
  if (!find_group(group)) throw_no_log_group();
  throw_no_log_stream();
}

std::vector<LogStreamRow> LogCatalogue::streams(const std::string& group, const std::string& prefix,
                                                const std::string& after, bool descending,
                                                int limit) {
  std::vector<LogStreamRow> rows;
  const std::string text =
      std::string("SELECT ") + StreamColumns::kNames +
      " FROM log_streams WHERE group_name = :group_name"
      " AND substr(name, 1, length(:prefix1)) = :prefix2 AND (:after1 = '' OR name " +
      (descending ? "<" : ">") + " :after2) ORDER BY name" + (descending ? " DESC" : "") +
      (limit > 0 ? " LIMIT :most" : "");
  database_.read([&](soci::session& sql) {
    rows.clear();
    if (!has_group(sql, group)) throw_no_log_group();
    StreamColumns columns;
    soci::statement statement(sql);
    columns.bind(statement);
    statement.exchange(soci::use(group));
    for (const std::string* value : {&prefix, &prefix, &after, &after})
      statement.exchange(soci::use(*value));
    if (limit > 0) statement.exchange(soci::use(limit));
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) rows.push_back(columns.row());
  });
  return rows;
}

void LogCatalogue::save(const std::vector<LogCheckpoint>& checkpoints) {
  if (checkpoints.empty()) return;
  database_.write([&](soci::session& sql) {
    for (const auto& [stream_id, summary] : checkpoints) {
      const long long bytes = static_cast<long long>(summary.bytes);
      const long long first = summary.first_event_ms;
      const long long last = summary.last_event_ms;
      const long long ingestion = summary.last_ingestion_ms;
      const long long sequence = static_cast<long long>(summary.next_sequence);
      sql << "UPDATE log_streams SET checkpoint_bytes = :bytes, first_event_ms = :first, "
             "last_event_ms = :last,"
             " last_ingestion_ms = :ingestion, next_sequence = :sequence WHERE id = :id",
          soci::use(bytes), soci::use(first), soci::use(last), soci::use(ingestion),
          soci::use(sequence), soci::use(stream_id);
    }
  });
}

std::vector<std::string> LogCatalogue::garbage() {
  std::vector<std::string> ids;
  database_.read([&](soci::session& sql) {
    ids.clear();
    std::string id;
    soci::statement statement = (sql.prepare << "SELECT id FROM log_garbage", soci::into(id));
    statement.execute();
    while (statement.fetch()) ids.push_back(id);
  });
  return ids;
}

void LogCatalogue::forget_garbage(const std::vector<std::string>& stream_ids) {
  if (stream_ids.empty()) return;
  database_.write([&](soci::session& sql) {
    for (const std::string& id : stream_ids)
      sql << "DELETE FROM log_garbage WHERE id = :id", soci::use(id);
  });
}

}  // namespace sagebrush::store
