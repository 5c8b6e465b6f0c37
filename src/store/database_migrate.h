#pragma once

#include <span>

#include "store/database_session.h"
#include "store/migrations.h"

namespace sagebrush::store {

// Brings the database up to the last of `all`, each in one transaction. Throws Error{kUnsupported}
// when it is newer than that.
void migrate(soci::session& session, const DatabaseAddress& address,
             std::span<const Migration> all);

}  // namespace sagebrush::store
