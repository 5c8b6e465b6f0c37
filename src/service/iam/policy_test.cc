#include "service/iam/policy.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"
#include "service/iam/managed_policies.h"
#include "service/iam/wildcards.h"

namespace sagebrush::service::iam {
namespace {

Policy identity(const std::string& statements) {
  return parse_policy(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}",
                      PolicyKind::kIdentity);
}

Decision ask(const std::vector<Policy>& policies, const std::string& action,
             const std::string& resource, const PolicyContext& context = {}) {
  return decide(policies, {action, resource, context});
}

std::string refusal(const std::string& document, PolicyKind kind) {
  try {
    parse_policy(document, kind);
  } catch (const aws::AwsError& error) {
    EXPECT_EQ(error.code(), "MalformedPolicyDocument");
    EXPECT_EQ(error.status(), 400);
    return error.message();
  }
  return "";
}

TEST(WildcardsTest, StarIsAnyTextAndQuestionMarkOneCharacter) {
  EXPECT_TRUE(matches_wildcards("*", ""));
  EXPECT_TRUE(matches_wildcards("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(matches_wildcards("a?c", "abc"));
  EXPECT_FALSE(matches_wildcards("a?c", "ac"));
  EXPECT_FALSE(matches_wildcards("", "a"));
  EXPECT_FALSE(matches_wildcards("a*b", "a"));
  EXPECT_TRUE(matches_wildcards("**a**", "bab"));
}

TEST(WildcardsTest, AreQuickOnPatternsMadeToBeSlow) {
  EXPECT_FALSE(matches_wildcards("*a*a*a*a*a*a*a*a*a*a*a*b", std::string(20'000, 'a')));
}

TEST(WildcardsTest, AnArnsFieldsAreComparedOneByOne) {
  EXPECT_TRUE(matches_arn("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z"));
  EXPECT_TRUE(matches_arn("*", "anything"));
  EXPECT_FALSE(matches_arn("arn:aws:s3:*:b/x", "arn:aws:s3:::b/x"));
  EXPECT_FALSE(matches_arn("arn:aws:*:*:*:b", "arn:aws:s3:::c/b"));
  EXPECT_FALSE(matches_arn("arn:aws:s3:::b/*", "arn:aws:s3:::bc/x"));
}

TEST(PolicyTest, DeniesWhatNothingAllows) {
  EXPECT_EQ(ask({}, "s3:GetObject", "*"), Decision::kImplicitDeny);
  const Policy policy =
      identity(R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"})");
  EXPECT_EQ(ask({policy}, "s3:GetObject", "arn:aws:s3:::b/k"), Decision::kAllowed);
  EXPECT_EQ(ask({policy}, "S3:getobject", "arn:aws:s3:::b/k"), Decision::kAllowed);
  EXPECT_EQ(ask({policy}, "s3:PutObject", "arn:aws:s3:::b/k"), Decision::kImplicitDeny);
  EXPECT_EQ(ask({policy}, "s3:GetObject", "arn:aws:s3:::c/k"), Decision::kImplicitDeny);
  EXPECT_EQ(ask({policy}, "s3:GetObject", "*"), Decision::kImplicitDeny);
}

TEST(PolicyTest, AnExplicitDenyWinsWhereverItStands) {
  const Policy deny = identity(R"({"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"})");
  const Policy allow = identity(R"({"Effect":"Allow","Action":"*","Resource":"*"})");
  EXPECT_EQ(ask({deny, allow}, "s3:DeleteObject", "*"), Decision::kExplicitDeny);
  EXPECT_EQ(ask({allow, deny}, "s3:DeleteObject", "*"), Decision::kExplicitDeny);
  EXPECT_EQ(ask({allow, deny}, "s3:GetObject", "*"), Decision::kAllowed);
}

TEST(PolicyTest, NotActionAndNotResourceAreComplements) {
  const Policy policy =
      identity(R"({"Effect":"Allow","NotAction":"iam:*","NotResource":["arn:aws:s3:::secret/*"]})");
  EXPECT_EQ(ask({policy}, "s3:GetObject", "arn:aws:s3:::b/k"), Decision::kAllowed);
  EXPECT_EQ(ask({policy}, "iam:GetUser", "arn:aws:s3:::b/k"), Decision::kImplicitDeny);
  EXPECT_EQ(ask({policy}, "s3:GetObject", "arn:aws:s3:::secret/k"), Decision::kImplicitDeny);
}

TEST(PolicyTest, AConditionThatCannotBeJudgedLetsDenyHoldAndAllowNot) {
  const std::string condition = R"("Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})";
  const Policy allow =
      identity(R"({"Effect":"Allow","Action":"*","Resource":"*",)" + condition + "}");
  const Policy deny =
      identity(R"({"Effect":"Deny","Action":"*","Resource":"*",)" + condition + "}");
  EXPECT_EQ(ask({allow}, "s3:GetObject", "*"), Decision::kImplicitDeny);
  EXPECT_EQ(ask({deny}, "s3:GetObject", "*"), Decision::kExplicitDeny);
}

TEST(PolicyTest, JudgesStringConditionsByTheContext) {
  const Policy policy = identity(
      R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"iam:PassedToService":["sage*"]}}})");
  EXPECT_EQ(
      ask({policy}, "iam:PassRole", "*", {{"iam:PassedToService", {"sagemaker.amazonaws.com"}}}),
      Decision::kAllowed);
  EXPECT_EQ(ask({policy}, "iam:PassRole", "*", {{"iam:PassedToService", {"ec2.amazonaws.com"}}}),
            Decision::kImplicitDeny);
  EXPECT_EQ(ask({policy}, "iam:PassRole", "*", {{"iam:PassedToService", {}}}),
            Decision::kImplicitDeny);
}

TEST(PolicyTest, RefusesDocumentsThatItCouldNotJudge) {
  EXPECT_EQ(refusal("{", PolicyKind::kIdentity), "This policy contains invalid Json");
  EXPECT_EQ(refusal("[]", PolicyKind::kIdentity), "Syntax errors in policy.");
  EXPECT_EQ(refusal(R"({"Version":"2012-10-17"})", PolicyKind::kIdentity),
            "Syntax errors in policy.");
  for (const char* statement :
       {R"({"Effect":"Maybe","Action":"s3:*","Resource":"*"})",
        R"({"Effect":"Allow","Action":"s3","Resource":"*"})",
        R"({"Effect":"Allow","Action":"s3:*"})", R"({"Effect":"Allow","Resource":"*"})",
        R"({"Effect":"Allow","Action":"s3:*","Resource":"bucket"})",
        R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"})",
        R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Unknown":1})",
        R"({"Effect":"Allow","Action":{"a":1},"Resource":"*"})",
        R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":"x"}})"}) {
    EXPECT_NE(refusal(R"({"Version":"2012-10-17","Statement":)" + std::string(statement) + "}",
                      PolicyKind::kIdentity),
              "")
        << statement;
  }
  EXPECT_EQ(
      refusal(R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})", PolicyKind::kTrust),
      "Missing required field Principal");
  EXPECT_EQ(
      refusal(
          R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}})",
          PolicyKind::kTrust),
      "Has prohibited field Resource");
  EXPECT_NE(
      refusal(R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":"*"}})",
              PolicyKind::kTrust),
      "");
}

Decision assume(const std::string& principal, const store::Principal& caller,
                const PolicyContext& context = {}, const std::string& condition = "") {
  const Policy policy =
      parse_policy(R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":)" +
                       principal + condition + "}}",
                   PolicyKind::kTrust);
  return decide_trust(policy, caller,
                      {"sts:AssumeRole", "arn:aws:iam::000000000000:role/r", context});
}

TEST(TrustTest, NamesAccountsUsersRolesAndServices) {
  const store::Principal user{"000000000000", "arn:aws:iam::000000000000:user/bob", "AIDA", "AKIA",
                              false};
  const store::Principal session{"000000000000", "arn:aws:sts::000000000000:assumed-role/work/me",
                                 "AROA:me", "ASIA", false};
  EXPECT_EQ(assume(R"({"AWS":"000000000000"})", user), Decision::kAllowed);
  EXPECT_EQ(assume(R"({"AWS":"arn:aws:iam::000000000000:root"})", user), Decision::kAllowed);
  EXPECT_EQ(
      assume(
          R"({"AWS":["arn:aws:iam::000000000000:user/eve","arn:aws:iam::000000000000:user/bob"]})",
          user),
      Decision::kAllowed);
  EXPECT_EQ(assume(R"({"AWS":"arn:aws:iam::000000000000:user/eve"})", user),
            Decision::kImplicitDeny);
  EXPECT_EQ(assume(R"({"AWS":"arn:aws:iam::111111111111:root"})", user), Decision::kImplicitDeny);
  EXPECT_EQ(assume(R"({"Service":"sagemaker.amazonaws.com"})", user), Decision::kImplicitDeny);
  EXPECT_EQ(assume(R"("*")", user), Decision::kAllowed);
  EXPECT_EQ(assume(R"({"AWS":"arn:aws:iam::000000000000:role/path/work"})", session),
            Decision::kAllowed);
  EXPECT_EQ(assume(R"({"AWS":"arn:aws:iam::000000000000:role/homework"})", session),
            Decision::kImplicitDeny);
}

TEST(TrustTest, AsksForTheExternalIdThatTheRoleWants) {
  const store::Principal user{"000000000000", "arn:aws:iam::000000000000:user/bob", "AIDA", "AKIA",
                              false};
  const std::string condition = R"(,"Condition":{"StringEquals":{"sts:ExternalId":"secret"}})";
  EXPECT_EQ(assume(R"("*")", user, {{"sts:ExternalId", {"secret"}}}, condition),
            Decision::kAllowed);
  EXPECT_EQ(assume(R"("*")", user, {{"sts:ExternalId", {"guess"}}}, condition),
            Decision::kImplicitDeny);
  EXPECT_EQ(assume(R"("*")", user, {{"sts:ExternalId", {}}}, condition), Decision::kImplicitDeny);
}

TEST(ManagedPolicyTest, AllowsWhatItsNameSaysAndNothingWhenUnknown) {
  EXPECT_EQ(ask({managed_policy("AdministratorAccess")}, "iam:CreateUser", "*"),
            Decision::kAllowed);
  EXPECT_EQ(ask({managed_policy("AmazonS3ReadOnlyAccess")}, "s3:PutObject", "*"),
            Decision::kImplicitDeny);
  EXPECT_EQ(ask({managed_policy("AmazonS3ReadOnlyAccess")}, "s3:GetObject", "arn:aws:s3:::b/k"),
            Decision::kAllowed);
  EXPECT_EQ(ask({managed_policy("Invented")}, "s3:GetObject", "*"), Decision::kImplicitDeny);
}

}  // namespace
}  // namespace sagebrush::service::iam
