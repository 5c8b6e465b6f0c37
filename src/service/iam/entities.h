#pragma once

#include <optional>
#include <string>
#include <vector>

#include "generated/iam/shapes/access_key_metadata.h"
#include "generated/iam/shapes/role.h"
#include "generated/iam/shapes/tag.h"
#include "generated/iam/shapes/user.h"
#include "store/identity.h"

namespace sagebrush::service {
struct Call;
}

// Identities of the store as IAM shows them.
namespace sagebrush::service::iam {

sagebrush::iam::User show(const store::User& user);
sagebrush::iam::Role show(
    const store::Role& role);  // the trust policy percent-encoded, as IAM does
sagebrush::iam::AccessKeyMetadata show(const store::AccessKey& key);

store::IdentityTags read_tags(const std::optional<std::vector<sagebrush::iam::Tag>>& tags);
std::vector<sagebrush::iam::Tag> show(const store::IdentityTags& tags);

// The role, or AwsError{NoSuchEntity}.
store::Role role_named(Call& call, const std::string& name);

// The user named, else the one who asks; AwsError{ValidationError} when that is no user.
std::string user_or_caller(const Call& call, const std::optional<std::string>& name);

}  // namespace sagebrush::service::iam
