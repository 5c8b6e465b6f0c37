#include "service/iam/entities.h"

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/call.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

sagebrush::iam::User show(const store::User& user) {
  sagebrush::iam::User shown;
  shown.set_Path(user.path)
      .set_UserName(user.name)
      .set_UserId(user.user_id)
      .set_Arn(user.arn)
      .set_CreateDate(user.created);
  return shown;
}

sagebrush::iam::Role show(const store::Role& role) {
  sagebrush::iam::Role shown;
  shown.set_Path(role.path)
      .set_RoleName(role.name)
      .set_RoleId(role.role_id)
      .set_Arn(role.arn)
      .set_CreateDate(role.created)
      .set_AssumeRolePolicyDocument(uri_encode(role.trust_policy))
      .set_MaxSessionDuration(role.max_session.count());
  if (!role.description.empty()) shown.set_Description(role.description);
  return shown;
}

sagebrush::iam::AccessKeyMetadata show(const store::AccessKey& key) {
  sagebrush::iam::AccessKeyMetadata shown;
  shown.set_UserName(key.user_name)
      .set_AccessKeyId(key.access_key_id)
      .set_Status(key.active ? "Active" : "Inactive")
      .set_CreateDate(key.created);
  return shown;
}

store::IdentityTags read_tags(const std::optional<std::vector<sagebrush::iam::Tag>>& tags) {
  store::IdentityTags read;
  if (!tags) return read;
  for (const sagebrush::iam::Tag& tag : *tags) read.emplace_back(tag.Key(), tag.Value());
  return read;
}

std::vector<sagebrush::iam::Tag> show(const store::IdentityTags& tags) {
  std::vector<sagebrush::iam::Tag> shown;
  for (const auto& [key, value] : tags) {
    sagebrush::iam::Tag tag;
    tag.set_Key(key).set_Value(value);
    shown.push_back(std::move(tag));
  }
  return shown;
}

store::Role role_named(Call& call, const std::string& name) {
  if (auto role = call.house.identities.find_role(name)) return *std::move(role);
  throw aws::AwsError("NoSuchEntity", 404, "The role with name " + name + " cannot be found.");
}

std::string user_or_caller(const Call& call, const std::optional<std::string>& name) {
  if (name) return *name;
  const std::string& arn = call.principal.arn;
  if (arn.find(":user/") == std::string::npos) {
    throw aws::AwsError("ValidationError", 400,
                        "Must specify userName when calling with non-User credentials");
  }
  return arn.substr(arn.rfind('/') + 1);
}

}  // namespace sagebrush::service::iam
