#include "generated/s3/list_objects.h"

#include "service/call.h"
#include "service/s3/list_encoding.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

ListObjectsOutput list_objects(Call& call, const ListObjectsRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_text("prefix", request.Prefix());
  check_text("delimiter", request.Delimiter());
  check_text("marker", request.Marker());
  const ListEncoding encode(request.EncodingType());
  const store::ListQuery query{.prefix = request.Prefix().value_or(""),
                               .delimiter = request.Delimiter().value_or(""),
                               .after = request.Marker().value_or(""),
                               .limit = page_size("max-keys", request.MaxKeys())};
  const auto listing = value_of(call.house.objects.list(request.Bucket(), query));

  boost::json::object output;
  output["Name"] = request.Bucket();
  encode.put(output, "Prefix", query.prefix);
  encode.put(output, "Marker", query.after);
  encode.put(output, "Delimiter", request.Delimiter());
  encode.put_encoding_type(output);
  output["MaxKeys"] = query.limit;
  output["IsTruncated"] = listing.truncated;
  // Without a delimiter, clients go on behind the last key.
  if (listing.truncated && !query.delimiter.empty()) encode.put(output, "NextMarker", listing.last);
  output["Contents"] = content_members(call, encode, listing.objects, true);
  output["CommonPrefixes"] = common_prefix_members(encode, listing.common_prefixes);
  return ListObjectsOutput::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
