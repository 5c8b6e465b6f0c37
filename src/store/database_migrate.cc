#include "store/database_migrate.h"

#include <string>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace sagebrush::store {
namespace {

std::vector<std::string> split_statements(std::string_view text) {
  std::string code;
  for (const std::string_view line : split(text, '\n')) {
    code += line.substr(0, line.find("--"));
    code += '\n';
  }
  std::vector<std::string> statements;
  for (const std::string_view statement : split(code, ';')) {
    if (statement.find_first_not_of(" \n\t") != std::string_view::npos) {
      statements.emplace_back(statement);
    }
  }
  return statements;
}

void apply(soci::session& session, DatabaseKind kind, const Migration& migration) {
  soci::transaction transaction(session);
  for (const std::string& statement : split_statements(migration.statements)) {
    session << in_dialect(kind, statement);
  }
  const long long applied_ms = to_ms(now());
  session << "INSERT INTO schema_migrations (number, applied_ms) VALUES (:number, :applied)",
      soci::use(migration.number), soci::use(applied_ms);
  transaction.commit();
}

}  // namespace

void migrate(soci::session& session, const DatabaseAddress& address,
             std::span<const Migration> all) {
  session << "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, "
             "applied_ms BIGINT NOT NULL)";
  int present = 0;
  session << "SELECT coalesce(max(number), 0) FROM schema_migrations", soci::into(present);
  const int known = all.empty() ? 0 : all.back().number;
  if (present > known) {
    throw Error(ErrorKind::kUnsupported,
                "the database " + address.url + " was written by a newer program (migration " +
                    std::to_string(present) + "; this one knows " + std::to_string(known) + ")");
  }
  for (const Migration& migration : all) {
    if (migration.number > present) apply(session, address.kind, migration);
  }
}

}  // namespace sagebrush::store
