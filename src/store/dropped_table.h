#pragma once

#include <soci/soci.h>

#include <string>

#include "store/database.h"

namespace sagebrush::store {

// For tests of what goes on when writes fail: from now on those to that table do.
inline void drop_table(Database& database, const std::string& name) {
  database.write([&](soci::session& session) { session << "DROP TABLE " << name; });
}

}  // namespace sagebrush::store
