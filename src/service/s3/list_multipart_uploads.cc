#include "generated/s3/list_multipart_uploads.h"

#include "service/call.h"
#include "service/s3/list_encoding.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

ListMultipartUploadsOutput list_multipart_uploads(Call& call,
                                                  const ListMultipartUploadsRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_text("prefix", request.Prefix());
  check_text("delimiter", request.Delimiter());
  check_text("key-marker", request.KeyMarker());
  const ListEncoding encode(request.EncodingType());
  const store::UploadQuery query{
      .prefix = request.Prefix().value_or(""),
      .delimiter = request.Delimiter().value_or(""),
      .after_key = request.KeyMarker().value_or(""),
      // Says nothing without a key.
      .after_id = request.KeyMarker() ? request.UploadIdMarker().value_or("") : "",
      .limit = page_size("max-uploads", request.MaxUploads())};
  const auto listing = value_of(call.house.objects.list_uploads(request.Bucket(), query));

  boost::json::array uploads;
  for (const store::Upload& upload : listing.uploads) {
    uploads.push_back(boost::json::object{{"Key", encode(upload.key)},
                                          {"UploadId", upload.id},
                                          {"Initiated", to_seconds(upload.created)},
                                          {"StorageClass", upload.meta.storage_class},
                                          {"Owner", owner_members(call)},
                                          {"Initiator", owner_members(call)}});
  }
  boost::json::object output{
      {"Bucket", request.Bucket()},
      {"UploadIdMarker", query.after_id},
      {"MaxUploads", query.limit},
      {"IsTruncated", listing.truncated},
      {"Uploads", std::move(uploads)},
      {"CommonPrefixes", common_prefix_members(encode, listing.common_prefixes)}};
  encode.put(output, "KeyMarker", query.after_key);
  encode.put(output, "Prefix", request.Prefix());
  encode.put(output, "Delimiter", request.Delimiter());
  encode.put_encoding_type(output);
  if (listing.truncated) {
    encode.put(output, "NextKeyMarker", listing.last_key);
    output["NextUploadIdMarker"] = listing.last_id;
  }
  return ListMultipartUploadsOutput::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
