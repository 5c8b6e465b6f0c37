#include "store/database_fixture.h"

#include <cstdlib>

#include "base/random.h"
#include "store/database_session.h"

namespace sagebrush::store {

DatabaseFixture::DatabaseFixture() {
  const char* server = std::getenv("SAGEBRUSH_TEST_POSTGRES");
  if (server == nullptr) {
    url_ = "sqlite://" + (folder_.path() / "test.db").string();
    return;
  }
  server_ = server;
  name_ = "sagebrush_test_" + random_hex(6);
  *open_writer(parse_database_url(server_)) << "CREATE SCHEMA " + name_;
  url_ = server_ + (server_.find('?') == std::string::npos ? "?" : "&") +
         "options=-csearch_path%3D" + name_;
}

DatabaseFixture::~DatabaseFixture() {
  if (server_.empty()) return;
  *open_writer(parse_database_url(server_)) << "DROP SCHEMA " + name_ + " CASCADE";
}

}  // namespace sagebrush::store
