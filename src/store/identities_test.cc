#include "store/identities.h"

#include <gmock/gmock.h>

#include <functional>
#include <thread>

#include "base/error.h"
#include "store/database.h"
#include "store/database_fixture.h"

namespace sagebrush::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IdentitiesTest : public ::testing::Test {
 protected:
  IdentitiesTest() { reopen(); }

  void reopen() { identities_ = std::make_unique<Identities>(database_, "000000000000", clock_); }

  static ErrorKind kind_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::kInternal;
  }

  Role role(const std::string& name, const std::string& path = "/") {
    Role role;
    role.name = name;
    role.path = path;
    role.trust_policy = "{}";
    return identities_->create_role(role);
  }

  DatabaseFixture fixture_;
  Database database_{fixture_.url()};
  FakeClock clock_{from_ms(1'700'000'000'000)};
  std::unique_ptr<Identities> identities_;
};

TEST_F(IdentitiesTest, RootsKeyIsTheLastOneGiven) {
  identities_->set_root("AKIAONE", "s1");
  identities_->set_root("AKIATWO", "s2");
  EXPECT_FALSE(identities_->find_key("AKIAONE"));
  const auto key = identities_->find_key("AKIATWO");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->secret, "s2");
  EXPECT_TRUE(key->principal.root);
  EXPECT_EQ(key->principal.arn, "arn:aws:iam::000000000000:root");
}

TEST_F(IdentitiesTest, AUsersKeyWorksFromItsCreationAcrossRestartsToItsEnd) {
  const User user = identities_->create_user("bob", "/team/", {{"k", "v"}});
  EXPECT_EQ(user.arn, "arn:aws:iam::000000000000:user/team/bob");
  const AccessKey key = identities_->create_access_key("bob");
  EXPECT_TRUE(key.access_key_id.starts_with("AKIA"));
  EXPECT_EQ(key.access_key_id.size(), 20U);
  EXPECT_EQ(key.secret.size(), 40U);
  EXPECT_EQ(identities_->find_key(key.access_key_id)->principal.user_id, user.user_id);
  reopen();
  const auto found = identities_->find_key(key.access_key_id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->secret, key.secret);
  EXPECT_EQ(found->principal.arn, user.arn);
  EXPECT_THAT(identities_->find_user("bob")->tags,
              ElementsAre(std::pair<std::string, std::string>("k", "v")));
  identities_->set_access_key_active("bob", key.access_key_id, false);
  EXPECT_FALSE(identities_->find_key(key.access_key_id)->active);
  reopen();
  EXPECT_FALSE(identities_->find_key(key.access_key_id)->active);
  identities_->delete_access_key("bob", key.access_key_id);
  EXPECT_FALSE(identities_->find_key(key.access_key_id));
}

TEST_F(IdentitiesTest, RefusesWhatIamRefuses) {
  identities_->create_user("bob", "/", {});
  EXPECT_EQ(kind_of([&] { identities_->create_user("BOB", "/", {}); }), ErrorKind::kAlreadyExists);
  EXPECT_EQ(kind_of([&] { identities_->create_access_key("eve"); }), ErrorKind::kNotFound);
  const auto first = identities_->create_access_key("bob");
  const auto second = identities_->create_access_key("bob");
  EXPECT_EQ(kind_of([&] { identities_->create_access_key("bob"); }), ErrorKind::kLimitExceeded);
  EXPECT_EQ(kind_of([&] { identities_->delete_user("bob"); }), ErrorKind::kConflict);
  identities_->create_user("eve", "/", {});
  EXPECT_EQ(kind_of([&] { identities_->delete_access_key("eve", first.access_key_id); }),
            ErrorKind::kNotFound);
  EXPECT_THAT(identities_->access_keys("bob"), SizeIs(2));
  identities_->delete_access_key("bob", first.access_key_id);
  identities_->delete_access_key("bob", second.access_key_id);
  identities_->delete_user("bob");
  EXPECT_EQ(kind_of([&] { identities_->delete_user("bob"); }), ErrorKind::kNotFound);
}

TEST_F(IdentitiesTest, ListsUsersByPathInPages) {
  for (const char* name : {"c", "a", "b"}) identities_->create_user(name, "/x/", {});
  identities_->create_user("d", "/y/", {});
  const auto names = [&](const IdentityQuery& query) {
    std::vector<std::string> found;
    for (const auto& user : identities_->users(query)) found.push_back(user.name);
    return found;
  };
  EXPECT_THAT(names({}), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(names({.path_prefix = "/x/", .after = "a", .limit = 5}), ElementsAre("b", "c"));
  EXPECT_THAT(names({.path_prefix = "/", .after = "", .limit = 2}), ElementsAre("a", "b"));
}

TEST_F(IdentitiesTest, AFreshDatabaseHasTheDefaultRoleAndAnOldOneOnlyWhatWasLeft) {
  const auto found = identities_->find_role_by_arn(identities_->default_role_arn());
  ASSERT_TRUE(found);
  EXPECT_NE(found->trust_policy.find("sagemaker.amazonaws.com"), std::string::npos);
  role("other");
  for (const auto& policy : identities_->attached_policies(found->name))
    identities_->detach_policy(found->name, policy.arn);
  identities_->delete_role(found->name);
  reopen();
  EXPECT_FALSE(identities_->find_role_by_arn(identities_->default_role_arn()));
}

TEST_F(IdentitiesTest, RolesAreFoundByTheirWholeArnOnly) {
  role("r", "/service-role/");
  EXPECT_TRUE(identities_->find_role_by_arn("arn:aws:iam::000000000000:role/service-role/r"));
  EXPECT_FALSE(identities_->find_role_by_arn("arn:aws:iam::000000000000:role/r"));
  EXPECT_FALSE(identities_->find_role_by_arn("arn:aws:iam::111111111111:role/service-role/r"));
  EXPECT_FALSE(identities_->find_role_by_arn("r"));
  EXPECT_EQ(kind_of([&] { role("R"); }), ErrorKind::kAlreadyExists);
}

TEST_F(IdentitiesTest, RolesHoldPoliciesAndAreNotDeletedWithThem) {
  role("r");
  identities_->put_policy("r", "p", "one");
  identities_->put_policy("r", "p", "two");
  identities_->attach_policy("r", "arn:aws:iam::aws:policy/AdministratorAccess");
  identities_->attach_policy("r", "arn:aws:iam::aws:policy/AdministratorAccess");
  EXPECT_EQ(identities_->policy("r", "p"), "two");
  EXPECT_THAT(identities_->policy_names("r"), ElementsAre("p"));
  ASSERT_THAT(identities_->attached_policies("r"), SizeIs(1));
  EXPECT_EQ(identities_->attached_policies("r")[0].name, "AdministratorAccess");
  EXPECT_EQ(kind_of([&] { identities_->delete_role("r"); }), ErrorKind::kConflict);
  identities_->detach_policy("r", "arn:aws:iam::aws:policy/AdministratorAccess");
  EXPECT_EQ(kind_of([&] { identities_->delete_role("r"); }), ErrorKind::kConflict);
  identities_->delete_policy("r", "p");
  EXPECT_EQ(kind_of([&] { identities_->delete_policy("r", "p"); }), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of([&] { identities_->policy("r", "p"); }), ErrorKind::kNotFound);
  identities_->delete_role("r");
  EXPECT_FALSE(identities_->find_role("r"));
  EXPECT_EQ(kind_of([&] { identities_->policy_names("r"); }), ErrorKind::kNotFound);
}

TEST_F(IdentitiesTest, SessionsCarryTheRoleSurviveRestartAndAreForgottenADayAfterTheirEnd) {
  const Session session =
      identities_->create_session(identities_->default_role_arn(), "me", std::chrono::hours(1));
  EXPECT_TRUE(session.access_key_id.starts_with("ASIA"));
  reopen();
  auto key = identities_->find_key(session.access_key_id);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->secret, session.secret);
  EXPECT_EQ(key->session_token, session.token);
  EXPECT_EQ(key->expires, clock_.now() + std::chrono::hours(1));
  EXPECT_EQ(key->principal.arn, "arn:aws:sts::000000000000:assumed-role/SageMakerExecutionRole/me");
  clock_.advance(std::chrono::hours(2));
  identities_->purge_expired_sessions();
  EXPECT_TRUE(identities_->find_key(session.access_key_id));
  clock_.advance(std::chrono::hours(24));
  identities_->purge_expired_sessions();
  EXPECT_FALSE(identities_->find_key(session.access_key_id));
  reopen();
  EXPECT_FALSE(identities_->find_key(session.access_key_id));
  EXPECT_EQ(kind_of([&] {
              identities_->create_session("arn:aws:iam::000000000000:role/none", "me",
                                          std::chrono::hours(1));
            }),
            ErrorKind::kNotFound);
}

TEST_F(IdentitiesTest, RevokesTheSessionsOfOneAttemptOnly) {
  const auto one = identities_->create_job_session(identities_->default_role_arn(), "job", 1,
                                                   std::chrono::hours(1));
  const auto two = identities_->create_job_session(identities_->default_role_arn(), "job", 2,
                                                   std::chrono::hours(1));
  identities_->revoke_job_session("job", 1);
  EXPECT_FALSE(identities_->find_key(one.access_key_id));
  EXPECT_TRUE(identities_->find_key(two.access_key_id));
  reopen();
  EXPECT_FALSE(identities_->find_key(one.access_key_id));
  EXPECT_TRUE(identities_->find_key(two.access_key_id));
}

TEST_F(IdentitiesTest, SessionsEndWithTheUserOrRoleTheyAreOf) {
  identities_->create_user("bob", "/", {});
  const auto key = identities_->create_access_key("bob");
  const auto token = identities_->create_session_of(
      identities_->find_key(key.access_key_id)->principal, std::chrono::hours(1));
  EXPECT_EQ(identities_->find_key(token.access_key_id)->principal.arn,
            "arn:aws:iam::000000000000:user/bob");
  identities_->delete_access_key("bob", key.access_key_id);
  identities_->delete_user("bob");
  EXPECT_FALSE(identities_->find_key(token.access_key_id));
  const auto assumed = identities_->create_session(role("r").arn, "me", std::chrono::hours(1));
  identities_->delete_role("r");
  EXPECT_FALSE(identities_->find_key(assumed.access_key_id));
}

TEST_F(IdentitiesTest, ServesReadersWhileKeysChange) {
  identities_->create_user("bob", "/", {});
  std::jthread reader([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) identities_->find_key("AKIANONE");
  });
  for (int i = 0; i < 20; ++i) {
    const auto key = identities_->create_access_key("bob");
    EXPECT_TRUE(identities_->find_key(key.access_key_id));
    identities_->delete_access_key("bob", key.access_key_id);
    EXPECT_FALSE(identities_->find_key(key.access_key_id));
  }
}

}  // namespace
}  // namespace sagebrush::store
