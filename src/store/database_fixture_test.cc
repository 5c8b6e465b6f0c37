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
  *open_writer(parse_database_url(server_)) << "CREATE DATABASE " + name_;
  const std::size_t query = server_.find('?');
  const std::string base = server_.substr(0, query);
  url_ = base.substr(0, base.rfind('/') + 1) + name_;
  if (query != std::string::npos) url_ += server_.substr(query);
}

DatabaseFixture::~DatabaseFixture() {
  if (server_.empty()) return;
  *open_writer(parse_database_url(server_)) << "DROP DATABASE " + name_ + " WITH (FORCE)";
}

}  // namespace sagebrush::store
