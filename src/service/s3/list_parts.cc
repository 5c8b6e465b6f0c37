#include "generated/s3/list_parts.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "service/call.h"
#include "service/s3/list_encoding.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

ListPartsOutput list_parts(Call& call, const ListPartsRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  const int limit = page_size("max-parts", request.MaxParts());
  const auto after =
      static_cast<int>(std::clamp<std::int64_t>(request.PartNumberMarker().value_or(0), 0, 10'000));
  const auto listing = value_of(call.house.objects.list_parts(request.Bucket(), request.Key(),
                                                              request.UploadId(), after, limit));

  boost::json::array parts;
  for (const store::PartInfo& part : listing.parts) {
    boost::json::object member = boost::json::parse(part.checksums).as_object();
    member["PartNumber"] = part.number;
    member["LastModified"] = to_seconds(part.modified);
    member["ETag"] = quoted(part.etag);
    member["Size"] = part.bytes;
    parts.push_back(std::move(member));
  }
  boost::json::object output{{"Bucket", request.Bucket()},
                             {"Key", request.Key()},
                             {"UploadId", request.UploadId()},
                             {"PartNumberMarker", after},
                             {"MaxParts", limit},
                             {"IsTruncated", listing.truncated},
                             {"StorageClass", listing.upload.meta.storage_class},
                             {"Owner", owner_members(call)},
                             {"Initiator", owner_members(call)},
                             {"Parts", std::move(parts)}};
  if (!listing.parts.empty()) output["NextPartNumberMarker"] = listing.parts.back().number;
  const boost::json::object document = document_of(listing.upload.meta);
  if (const auto* algorithm = document.if_contains("ChecksumAlgorithm"))
    output["ChecksumAlgorithm"] = *algorithm;
  return ListPartsOutput::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
