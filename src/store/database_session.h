#pragma once

#include <soci/soci.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sagebrush::store {

enum class DatabaseKind { kSqlite, kPostgres };

// A parsed Database URL.
struct DatabaseAddress {
  DatabaseKind kind = DatabaseKind::kSqlite;
  std::string url;
  std::string path;  // of SQLite's file
};

// Throws Error{kInvalid} that shows the two forms.
DatabaseAddress parse_database_url(const std::string& url);

// Each throws Error{kIo} that names the URL.
std::unique_ptr<soci::session> open_writer(const DatabaseAddress& address);
std::unique_ptr<soci::session> open_reader(const DatabaseAddress& address);

const char* begin_write(DatabaseKind kind);
const char* begin_read(DatabaseKind kind);  // one snapshot for all statements of the transaction

// Adapts a statement of a schema: in PostgreSQL every TEXT column gets the collation "C", so that
// text orders by its bytes in both databases. The one place where their SQL differs.
std::string in_dialect(DatabaseKind kind, std::string_view statement);

// kConflict for a broken constraint, kLimitExceeded for a full disk, kUnavailable for a lost
// connection, kIo for a disk that fails, else kInternal.
Error to_error(const soci::soci_error& error);

}  // namespace sagebrush::store
