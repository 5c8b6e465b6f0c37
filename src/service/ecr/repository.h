#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/aws_error.h"
#include "generated/ecr/shapes/image_identifier.h"
#include "generated/ecr/shapes/image_tag_mutability_exclusion_filter.h"
#include "generated/ecr/shapes/repository.h"
#include "service/call.h"
#include "store/images.h"

// What the operations of ECR share: ARNs and URIs, the registry's problems in AWS's words.
namespace sagebrush::service::ecr {

// Names are of the whole server: a repository is seen from every region, its ARN keeps the one that
// it was created in.
std::string repository_arn(const Call& call, const store::Repository& repository);
// On the host by which the client reached this server: "127.0.0.1:9000/team/train".
std::string repository_uri(const Call& call, const std::string& name);
std::string endpoint(const Call& call);  // "http://127.0.0.1:9000"
// "IMMUTABLE_WITH_EXCLUSION" and so on.
std::string mutability_of(const store::Repository& repository);
std::vector<sagebrush::ecr::ImageTagMutabilityExclusionFilter> exclusions_of(
    const store::Repository& repository);
// Throws AwsError unless exclusions come with a mutability that has some, and with no other.
void set_mutability(
    store::Repository& repository, const std::string& mutability,
    const std::optional<std::vector<sagebrush::ecr::ImageTagMutabilityExclusionFilter>>&
        exclusions);
sagebrush::ecr::Repository show(const Call& call, const store::Repository& repository);

[[noreturn]] void throw_problem(const Call& call, const store::ImageProblem& problem,
                                const std::string& repository);

// The value, or the problem thrown as AwsError.
template <typename T>
T value_of(const Call& call, store::ImageOutcome<T> outcome, const std::string& repository) {
  if (!outcome) throw_problem(call, outcome.error(), repository);
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

// There is one registry, the account's. Throws AwsError for another one's id.
void check_registry(const Call& call, const std::optional<std::string>& registry_id,
                    const std::string& repository);

// The text of a repository's policy. Throws AWS's error when it is empty, which says that there is
// none.
std::string require_lifecycle_policy(const Call& call, std::string text,
                                     const std::string& repository);
std::string require_access_policy(const Call& call, std::string text,
                                  const std::string& repository);

store::ImageId to_id(const sagebrush::ecr::ImageIdentifier& id);
sagebrush::ecr::ImageIdentifier show(const store::ImageId& id);  // without empty members
// "{imageDigest:'null', imageTag:'v1'}", as AWS shows it.
std::string describe(const store::ImageId& id);

// TAGGED, UNTAGGED or ANY.
bool has_tag_status(const store::ImageInfo& image, const std::optional<std::string>& status);

// One page of what is in order of `key`: after the token, `limit` at most. Answers the next token.
std::string read_token(const std::optional<std::string>& token);
template <typename T, typename Key>
std::optional<std::string> cut_page(std::vector<T>& items, const std::optional<std::string>& token,
                                    std::size_t limit, Key key);
std::string write_token(const std::string& last);

template <typename T, typename Key>
std::optional<std::string> cut_page(std::vector<T>& items, const std::optional<std::string>& token,
                                    std::size_t limit, Key key) {
  if (token) {
    const std::string after = read_token(token);
    std::erase_if(items, [&](const T& item) { return key(item) <= after; });
  }
  if (items.size() <= limit) return std::nullopt;
  items.resize(limit);
  return write_token(key(items.back()));
}

}  // namespace sagebrush::service::ecr
