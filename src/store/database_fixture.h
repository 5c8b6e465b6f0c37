#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"

namespace sagebrush::store {

// A URL of an empty database for one test: SQLite in a temporary folder or, when the environment
// variable SAGEBRUSH_TEST_POSTGRES holds the URL of a PostgreSQL database, a schema of the test's
// own there ("postgresql://user@host/postgres").
class DatabaseFixture {
 public:
  DatabaseFixture();
  ~DatabaseFixture();
  DatabaseFixture(const DatabaseFixture&) = delete;
  DatabaseFixture& operator=(const DatabaseFixture&) = delete;

  const std::string& url() const { return url_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  bool postgres() const { return !server_.empty(); }

 private:
  TemporaryDirectory folder_;
  std::string server_;
  std::string name_;
  std::string url_;
};

}  // namespace sagebrush::store
