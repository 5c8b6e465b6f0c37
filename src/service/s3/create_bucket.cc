#include "generated/s3/create_bucket.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/call.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

constexpr const char* kFirstRegion = "us-east-1";

// "eu-west-1", "us-gov-east-1"
bool looks_like_region(const std::string& text) {
  const auto parts = split(text, '-');
  return parts.size() >= 3 && parse_unsigned(parts.back()) && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string region_of(const Call& call, const CreateBucketRequest& request) {
  const auto configuration = request.CreateBucketConfiguration();
  std::string region = configuration ? configuration->LocationConstraint().value_or("") : "";
  if (region.empty()) return call.region;
  if (region == "EU") region = "eu-west-1";
  if (!looks_like_region(region)) {
    throw aws::AwsError("InvalidLocationConstraint", 400,
                        "The specified location-constraint is not valid");
  }
  if (call.region != kFirstRegion && region != call.region) {
    throw aws::AwsError("IllegalLocationConstraintException", 400,
                        "The " + region +
                            " location constraint is incompatible for the region specific endpoint "
                            "this request was sent to.");
  }
  return region;
}

}  // namespace

CreateBucketOutput create_bucket(Call& call, const CreateBucketRequest& request) {
  check_bucket_name(request.Bucket());
  check_acl(request.ACL());
  const std::string region = region_of(call, request);
  const bool made = call.house.objects.create_bucket(request.Bucket(), region);
  // us-east-1 answers a repeated call as if it were the first.
  if (!made && call.region != kFirstRegion) {
    throw aws::AwsError(
        "BucketAlreadyOwnedByYou", 409,
        "Your previous request to create the named bucket succeeded and you already own it.");
  }
  CreateBucketOutput output;
  output.set_Location("/" + request.Bucket());
  return output;
}

}  // namespace sagebrush::service::s3
