#include "store/database_session.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cctype>

namespace sagebrush::store {
namespace {

constexpr std::string_view kSqliteScheme = "sqlite://";

// SQLite's primary result codes.
constexpr int kSqliteIoError = 10;
constexpr int kSqliteFull = 13;
constexpr int kSqliteConstraint = 19;

// A session is one thread's at a time, so SQLite's own lock around each call protects nothing.
void do_without_sqlite_locks() {
  static const bool once = [] {
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    return true;
  }();
  (void)once;
}

// SOCI takes a URL for NAME=VALUE, and spoils one without any "=". The name is what
// pg_stat_activity shows.
std::string postgres_connection(const std::string& url) {
  if (url.find("application_name=") != std::string::npos) return url;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "application_name=sagebrush";
}

std::unique_ptr<soci::session> open_session(const DatabaseAddress& address) {
  do_without_sqlite_locks();
  try {
    if (address.kind == DatabaseKind::kPostgres) {
      auto session =
          std::make_unique<soci::session>(soci::postgresql, postgres_connection(address.url));
      *session << "SET client_min_messages = warning";
      return session;
    }
    return std::make_unique<soci::session>(
        soci::sqlite3, "dbname=\"" + address.path + "\" timeout=10 synchronous=full");
  } catch (const soci::soci_error& error) {
    throw Error(ErrorKind::kIo, "cannot open the database " + address.url + ": " + error.what());
  }
}

}  // namespace

DatabaseAddress parse_database_url(const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return {DatabaseKind::kPostgres, url, ""};
  }
  if (url.starts_with(kSqliteScheme) && url.size() > kSqliteScheme.size() + 1 &&
      url[kSqliteScheme.size()] == '/' && url.find('"') == std::string::npos) {
    return {DatabaseKind::kSqlite, url, url.substr(kSqliteScheme.size())};
  }
  throw Error(ErrorKind::kInvalid, "database URL \"" + url +
                                       "\" is neither sqlite:///absolute/path nor "
                                       "postgresql://user@host/database");
}

std::unique_ptr<soci::session> open_writer(const DatabaseAddress& address) {
  auto session = open_session(address);
  if (address.kind == DatabaseKind::kSqlite) {
    *session << "PRAGMA journal_mode = WAL";
    *session << "PRAGMA synchronous = FULL";
    *session << "PRAGMA foreign_keys = ON";
  } else {
    *session << "SET synchronous_commit = on";
  }
  return session;
}

std::unique_ptr<soci::session> open_reader(const DatabaseAddress& address) {
  auto session = open_session(address);
  if (address.kind == DatabaseKind::kSqlite) {
    // Checkpoints are the writer's alone.
    *session << "PRAGMA wal_autocheckpoint = 0";
    *session << "PRAGMA query_only = ON";
  }
  return session;
}

const char* begin_write(DatabaseKind kind) {
  return kind == DatabaseKind::kSqlite ? "BEGIN IMMEDIATE" : "BEGIN";
}

const char* begin_read(DatabaseKind kind) {
  return kind == DatabaseKind::kSqlite ? "BEGIN"
                                       : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
}

std::string in_dialect(DatabaseKind kind, std::string_view statement) {
  if (kind == DatabaseKind::kSqlite) return std::string(statement);
  constexpr std::string_view kType = " TEXT";
  std::string result;
  std::size_t from = 0;
  for (;;) {
    const std::size_t at = statement.find(kType, from);
    result += statement.substr(from, at - from);
    if (at == std::string_view::npos) return result;
    result += kType;
    from = at + kType.size();
    const bool whole_word =
        from == statement.size() || std::isalnum(static_cast<unsigned char>(statement[from])) == 0;
    if (whole_word) result += " COLLATE \"C\"";
  }
}

Error to_error(const soci::soci_error& error) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
    switch (sqlite->result() & 0xff) {
      case kSqliteIoError: return Error(ErrorKind::kIo, error.what());
      case kSqliteFull: return Error(ErrorKind::kLimitExceeded, "the disk is full");
      case kSqliteConstraint: return Error(ErrorKind::kConflict, error.what());
      default: break;
    }
  }
  switch (error.get_error_category()) {
    case soci::soci_error::connection_error: return Error(ErrorKind::kUnavailable, error.what());
    case soci::soci_error::constraint_violation: return Error(ErrorKind::kConflict, error.what());
    default: return Error(ErrorKind::kInternal, error.what());
  }
}

}  // namespace sagebrush::store
