#include "server/caller.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"
#include "base/file.h"
#include "store/database.h"
#include "store/identities.h"

namespace sagebrush::server {
namespace {

class FindCallerTest : public ::testing::Test {
 protected:
  // The code of the refusal, "" for none.
  std::string refusal(const std::string& access_key_id, const std::string& token,
                      const std::string& service = "s3") {
    aws::ParsedSignature signature;
    signature.access_key_id = access_key_id;
    signature.session_token = token;
    signature.service = service;
    try {
      find_caller(identities_, signature, clock_.now());
    } catch (const aws::AwsError& error) {
      return error.code();
    }
    return "";
  }

  TemporaryDirectory folder_;
  store::Database database_{"sqlite://" + (folder_.path() / "test.db").string()};
  FakeClock clock_{from_ms(1'700'000'000'000)};
  store::Identities identities_{database_, "000000000000", clock_};
};

TEST_F(FindCallerTest, LetsASessionInUntilItEnds) {
  const auto session =
      identities_.create_session(identities_.default_role_arn(), "me", std::chrono::seconds(900));
  EXPECT_EQ(refusal(session.access_key_id, session.token), "");
  clock_.advance(std::chrono::seconds(899));
  EXPECT_EQ(refusal(session.access_key_id, session.token), "");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(refusal(session.access_key_id, session.token), "ExpiredToken");
  EXPECT_EQ(refusal(session.access_key_id, session.token, "sts"), "ExpiredToken");
  EXPECT_EQ(refusal(session.access_key_id, session.token, "sagemaker"), "ExpiredTokenException");
}

TEST_F(FindCallerTest, WantsTheTokenThatCameWithTheKey) {
  const auto session =
      identities_.create_session(identities_.default_role_arn(), "me", std::chrono::seconds(900));
  EXPECT_EQ(refusal(session.access_key_id, ""), "InvalidToken");
  EXPECT_EQ(refusal(session.access_key_id, session.token + "x"), "InvalidToken");
  identities_.set_root("AKIAROOT", "secret");
  EXPECT_EQ(refusal("AKIAROOT", ""), "");
  EXPECT_EQ(refusal("AKIAROOT", session.token), "InvalidToken");
}

TEST_F(FindCallerTest, KnowsNoInactiveKey) {
  identities_.create_user("ann", "/", {});
  const auto key = identities_.create_access_key("ann");
  EXPECT_EQ(refusal(key.access_key_id, ""), "");
  identities_.set_access_key_active("ann", key.access_key_id, false);
  EXPECT_EQ(refusal(key.access_key_id, ""), "InvalidAccessKeyId");
  EXPECT_EQ(refusal("AKIANOBODY", "", "iam"), "InvalidClientTokenId");
}

}  // namespace
}  // namespace sagebrush::server
