#include "service/s3/request_rules.h"

#include <algorithm>
#include <cctype>

#include "aws/aws_error.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::service::s3 {

using aws::AwsError;

namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr int kLargestPage = 1000;

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_ip_address(const std::string& name) {
  const auto parts = split(name, '.');
  return parts.size() == 4 && std::ranges::all_of(parts, [](std::string_view part) {
           const auto number = parse_unsigned(part);
           return number && *number <= 255;
         });
}

bool edge_character(char c) {
  return c != '.' && c != '-';
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
void check_bucket_name(const std::string& name) {
  const bool good = name.size() >= 3 && name.size() <= 63 &&
                    std::ranges::all_of(name, name_character) && edge_character(name.front()) &&
                    edge_character(name.back()) && name.find("..") == std::string::npos &&
                    !is_ip_address(name) && !name.starts_with("xn--") &&
                    !name.ends_with("-s3alias");
  if (!good) throw AwsError("InvalidBucketName", 400, "The specified bucket is not valid.");
}

void check_key(const std::string& key) {
  if (key.empty()) throw AwsError("InvalidArgument", 400, "The key must not be empty");
  if (key.size() > kLongestKey) throw AwsError("KeyTooLongError", 400, "Your key is too long");
  check_text("key", key);
}

void check_text(const char* parameter, const std::optional<std::string>& text) {
  if (text && !is_utf8(*text)) {
    throw AwsError("InvalidArgument", 400,
                   "The parameter " + std::string(parameter) + " is not valid UTF-8");
  }
}

void check_owner(const Call& call, const std::optional<std::string>& expected) {
  if (expected && *expected != call.house.account) {
    throw AwsError("AccessDenied", 403, "Access Denied");
  }
}

void check_version(const std::optional<std::string>& version) {
  if (version && *version != "null") {
    throw AwsError("InvalidArgument", 400, "Invalid version id specified");
  }
}

int page_size(const char* parameter, std::optional<std::int64_t> asked) {
  if (!asked) return kLargestPage;
  if (*asked < 0 || *asked > INT32_MAX) {
    throw AwsError(
        "InvalidArgument", 400,
        "Argument " + std::string(parameter) + " must be an integer between 0 and 2147483647");
  }
  return static_cast<int>(std::min<std::int64_t>(*asked, kLargestPage));
}

int part_number(std::int64_t number) {
  if (number < 1 || number > 10'000) {
    throw AwsError("InvalidArgument", 400,
                   "Part number must be an integer between 1 and 10000, inclusive");
  }
  return static_cast<int>(number);
}

void refuse_customer_keys(bool given) {
  if (!given) return;
  throw AwsError("NotImplemented", 501,
                 "Server-side encryption with customer-provided keys is not implemented.");
}

void refuse_object_lock(bool given) {
  if (given) throw AwsError("InvalidRequest", 400, "Bucket is missing Object Lock Configuration");
}

void check_acl(const std::optional<std::string>& acl) {
  if (!acl || *acl == "private" || *acl == "bucket-owner-full-control" ||
      *acl == "bucket-owner-read")
    return;
  throw AwsError("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
}

std::string owner_id(const std::string& account) {
  return sha256_hex("sagebrush account " + account);
}

}  // namespace sagebrush::service::s3
