#include "generated/s3/list_buckets.h"

#include "base/text.h"
#include "service/call.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

ListBucketsOutput list_buckets(Call& call, const ListBucketsRequest& request) {
  const std::string prefix = request.Prefix().value_or("");
  const std::string after = from_base64(request.ContinuationToken().value_or("")).value_or("");
  const auto limit = static_cast<std::size_t>(request.MaxBuckets().value_or(10'000));
  std::vector<Bucket> shown;
  ListBucketsOutput output;
  for (const store::Bucket& bucket : call.house.objects.list_buckets()) {
    const bool wanted = bucket.name > after && bucket.name.starts_with(prefix) &&
                        request.BucketRegion().value_or(bucket.region) == bucket.region;
    if (!wanted) continue;
    if (shown.size() == limit) {
      output.set_ContinuationToken(to_base64(shown.back().Name().value_or("")));
      break;
    }
    shown.push_back(Bucket().set_Name(bucket.name).set_CreationDate(bucket.created));
  }
  output.set_Buckets(std::move(shown));
  output.set_Owner(
      Owner().set_ID(owner_id(call.house.account)).set_DisplayName(call.house.account));
  return output;
}

}  // namespace sagebrush::service::s3
