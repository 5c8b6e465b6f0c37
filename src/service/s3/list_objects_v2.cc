#include "generated/s3/list_objects_v2.h"

#include "service/call.h"
#include "service/s3/list_encoding.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

ListObjectsV2Output list_objects_v2(Call& call, const ListObjectsV2Request& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_text("prefix", request.Prefix());
  check_text("delimiter", request.Delimiter());
  check_text("start-after", request.StartAfter());
  const ListEncoding encode(request.EncodingType());
  store::ListQuery query{.prefix = request.Prefix().value_or(""),
                         .delimiter = request.Delimiter().value_or(""),
                         .after = request.StartAfter().value_or(""),
                         .limit = page_size("max-keys", request.MaxKeys())};
  if (const auto token = request.ContinuationToken()) query.after = from_token(*token);
  const auto listing = value_of(call.house.objects.list(request.Bucket(), query));

  boost::json::object output;
  output["Name"] = request.Bucket();
  encode.put(output, "Prefix", query.prefix);
  encode.put(output, "Delimiter", request.Delimiter());
  encode.put(output, "StartAfter", request.StartAfter());
  encode.put_encoding_type(output);
  output["MaxKeys"] = query.limit;
  output["KeyCount"] = listing.objects.size() + listing.common_prefixes.size();
  output["IsTruncated"] = listing.truncated;
  if (const auto token = request.ContinuationToken()) output["ContinuationToken"] = *token;
  if (listing.truncated) output["NextContinuationToken"] = to_token(listing.last);
  output["Contents"] =
      content_members(call, encode, listing.objects, request.FetchOwner().value_or(false));
  output["CommonPrefixes"] = common_prefix_members(encode, listing.common_prefixes);
  return ListObjectsV2Output::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
