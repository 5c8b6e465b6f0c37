#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/call.h"

// What S3 asks of names and of members that many operations share. Each throws AwsError in S3's
// words.
namespace sagebrush::service::s3 {

void check_bucket_name(const std::string& name);  // of a bucket to be made
void check_key(const std::string& key);           // 1 to 1,024 bytes of UTF-8
void check_text(const char* parameter, const std::optional<std::string>& text);  // UTF-8

// x-amz-expected-bucket-owner: every bucket here is the account's.
void check_owner(const Call& call, const std::optional<std::string>& expected);

// max-keys, max-parts, max-uploads: 0 to 1,000; more is taken as 1,000.
int page_size(const char* parameter, std::optional<std::int64_t> asked);
int part_number(std::int64_t number);  // 1 to 10,000

// versionId: a bucket without versioning has "null" alone.
void check_version(const std::optional<std::string>& version);

// Members that the server can't honour: customers' keys, object locks, ACLs that open an object to
// others.
template <typename Request>
void check_unsupported(const Request& request);
void refuse_customer_keys(bool given);
void refuse_object_lock(bool given);
void check_acl(const std::optional<std::string>& acl);

std::string owner_id(const std::string& account);  // 64 hexadecimal digits, as a canonical user id

template <typename Request>
void check_unsupported(const Request& request) {
  refuse_customer_keys(request.has_SSECustomerAlgorithm() || request.has_SSECustomerKey());
  refuse_object_lock(request.has_ObjectLockMode() || request.has_ObjectLockRetainUntilDate() ||
                     request.ObjectLockLegalHoldStatus() == "ON");
  check_acl(request.ACL());
}

}  // namespace sagebrush::service::s3
