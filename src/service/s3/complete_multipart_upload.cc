#include "generated/s3/complete_multipart_upload.h"

#include <boost/json/parse.hpp>

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/call.h"
#include "service/s3/multipart_checksum.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/read_conditions.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

using aws::AwsError;

std::vector<store::CompletedPart> parts_of(const CompleteMultipartUploadRequest& request) {
  const auto body = request.MultipartUpload();
  const auto named = body ? body->Parts() : std::nullopt;
  std::vector<store::CompletedPart> parts;
  for (const CompletedPart& part : named.value_or(std::vector<CompletedPart>())) {
    if (!part.PartNumber() || !part.ETag()) break;
    parts.push_back({part_number(*part.PartNumber()), unquoted(*part.ETag())});
  }
  if (!named || named->empty() || parts.size() != named->size()) {
    throw AwsError("MalformedXML", 400,
                   "The XML you provided was not well-formed or did not validate against our "
                   "published schema");
  }
  return parts;
}

// Checksums that the client repeats must be those that the parts came with.
void check_part_checksums(const CompleteMultipartUploadRequest& request,
                          const std::vector<store::PartInfo>& stored) {
  const auto named = request.MultipartUpload()->Parts().value();
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const boost::json::value known = boost::json::parse(stored[i].checksums);
    for (const auto& member : known.as_object()) {
      const auto* claimed = named[i].json().if_contains(member.key());
      if (claimed != nullptr && *claimed != member.value()) {
        throw to_aws_error(store::ObjectFault::kInvalidPart);
      }
    }
  }
}

// What the request says of the whole object must hold.
void check_whole(const CompleteMultipartUploadRequest& request, const boost::json::object& document,
                 const std::vector<store::PartInfo>& parts) {
  for (const aws::ChecksumName& row : aws::kChecksums) {
    const std::string member = "Checksum" + std::string(row.name);
    const auto* claimed = request.json().if_contains(member);
    const auto* known = document.if_contains(member);
    if (claimed != nullptr && known != nullptr && *claimed != *known) {
      throw AwsError(
          "BadDigest", 400,
          "The " + std::string(row.name) + " you specified did not match the calculated checksum.");
    }
  }
  std::uint64_t bytes = 0;
  for (const store::PartInfo& part : parts) bytes += part.bytes;
  if (request.MpuObjectSize() && static_cast<std::uint64_t>(*request.MpuObjectSize()) != bytes) {
    throw AwsError("InvalidRequest", 400,
                   "The provided 'x-amz-mp-object-size' header does not match what was computed: " +
                       std::to_string(bytes));
  }
}

store::ObjectMeta settle(const CompleteMultipartUploadRequest& request, const store::Upload& upload,
                         const std::vector<store::PartInfo>& parts) {
  boost::json::object document = document_of(upload.meta);
  check_part_checksums(request, parts);
  if (const auto* algorithm = document.if_contains("ChecksumAlgorithm")) {
    const auto checksum = multipart_checksum(std::string(algorithm->as_string()),
                                             std::string(document.at("ChecksumType").as_string()));
    document.erase("ChecksumAlgorithm");
    if (const auto value = object_checksum(*checksum, parts)) {
      document["Checksum" + std::string(checksum->algorithm->name)] = *value;
    } else {
      document.erase("ChecksumType");
    }
  }
  check_whole(request, document, parts);
  return to_meta(document);
}

}  // namespace

CompleteMultipartUploadOutput complete_multipart_upload(
    Call& call, const CompleteMultipartUploadRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_key(request.Key());
  const auto object = value_of(call.house.objects.complete_upload(
      request.Bucket(), request.Key(), request.UploadId(), parts_of(request),
      [&](const store::Upload& upload, const std::vector<store::PartInfo>& parts) {
        return settle(request, upload, parts);
      },
      write_condition(request.IfMatch(), request.IfNoneMatch())));
  boost::json::object output{
      {"Location", "/" + request.Bucket() + "/" + uri_encode(request.Key(), true)},
      {"Bucket", request.Bucket()},
      {"Key", request.Key()},
      {"ETag", quoted(object.etag)}};
  const boost::json::object document = document_of(object.meta);
  copy_checksums(document, output);
  copy_encryption(document, output);
  return CompleteMultipartUploadOutput::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
