#include "service/registry/access.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "store/database.h"
#include "store/identities.h"

namespace sagebrush::service::registry {
namespace {

class AccessTest : public testing::Test {
 protected:
  AccessTest() { identities.set_root("AKROOT", "root secret"); }

  bool admitted(const std::string& user, const std::string& password) {
    http::Request request;
    request.headers.set("Authorization", "Basic " + to_base64(user + ":" + password));
    return is_admitted(identities, request, clock.now());
  }

  std::string token(const std::string& scope = "") {
    return make_token("AKROOT", "root secret", clock.now() + std::chrono::hours(12), scope);
  }

  TemporaryDirectory folder;
  FakeClock clock{from_ms(1'700'000'000'000)};
  store::Database database{"sqlite://" + (folder.path() / "test.db").string()};
  store::Identities identities{database, "000000000000", clock};
};

TEST_F(AccessTest, ATokenLetsItsOwnerIn) {
  EXPECT_TRUE(admitted("AWS", token()));
  EXPECT_FALSE(admitted("aws", token()));
  EXPECT_FALSE(admitted("AWS", token() + "A"));
  EXPECT_FALSE(
      admitted("AWS", make_token("AKROOT", "another", clock.now() + std::chrono::hours(1))));
  EXPECT_FALSE(admitted("AWS", ""));
}

TEST_F(AccessTest, ATokenEnds) {
  const std::string password = token();
  clock.advance(std::chrono::hours(12));
  EXPECT_FALSE(admitted("AWS", password));
}

TEST_F(AccessTest, ATokenEndsWithItsKey) {
  identities.create_user("u", "/", {});
  const auto key = identities.create_access_key("u");
  const std::string password =
      make_token(key.access_key_id, key.secret, clock.now() + std::chrono::hours(1));
  EXPECT_TRUE(admitted("AWS", password));
  identities.set_access_key_active("u", key.access_key_id, false);
  EXPECT_FALSE(admitted("AWS", password));
}

TEST_F(AccessTest, AKeyIsAPasswordToo) {
  EXPECT_TRUE(admitted("AKROOT", "root secret"));
  EXPECT_FALSE(admitted("AKROOT", "wrong"));
  EXPECT_FALSE(admitted("nobody", "root secret"));
}

TEST_F(AccessTest, AScopedTokenIsGoodForItsBlobAlone) {
  const std::string download = token("repo@sha256:1");
  EXPECT_FALSE(admitted("AWS", download));
  EXPECT_TRUE(token_owner(identities, download, "repo@sha256:1", clock.now()));
  EXPECT_FALSE(token_owner(identities, download, "repo@sha256:2", clock.now()));
  EXPECT_FALSE(token_owner(identities, token(), "repo@sha256:1", clock.now()));
}

TEST_F(AccessTest, WhatIsNoBasicAuthenticationIsRefused) {
  for (const char* header : {"", "Basic", "Basic !!", "Bearer x", "Basic Zm9v"}) {
    http::Request request;
    request.headers.set("Authorization", header);
    EXPECT_FALSE(is_admitted(identities, request, clock.now())) << header;
  }
}

}  // namespace
}  // namespace sagebrush::service::registry
