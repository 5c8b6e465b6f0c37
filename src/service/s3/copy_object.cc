#include "generated/s3/copy_object.h"

#include "aws/aws_error.h"
#include "service/call.h"
#include "service/s3/copy_source.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/read_conditions.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

// The new object's document: the source's or the request's headers; class and encryption are always
// the request's.
boost::json::object copied_document(const CopyObjectRequest& request,
                                    const store::ObjectInfo& source) {
  const boost::json::object from_request = document_of_request(request.json());
  const boost::json::object from_source = document_of(source.meta);
  boost::json::object document =
      request.MetadataDirective() == "REPLACE" ? from_request : from_source;
  for (const char* name : {"StorageClass", "ServerSideEncryption", "SSEKMSKeyId",
                           "BucketKeyEnabled", "WebsiteRedirectLocation"}) {
    document.erase(name);
    if (const auto* value = from_request.if_contains(name)) document[name] = *value;
  }
  copy_checksums(from_source, document);
  return document;
}

void check_changes_something(const CopyObjectRequest& request, const CopySource& source) {
  const bool itself = source.bucket == request.Bucket() && source.key == request.Key();
  const bool changes = request.MetadataDirective() == "REPLACE" || request.has_StorageClass() ||
                       request.has_ServerSideEncryption() || request.has_WebsiteRedirectLocation();
  if (!itself || changes) return;
  throw aws::AwsError(
      "InvalidRequest", 400,
      "This copy request is illegal because it is trying to copy an object to itself without "
      "changing "
      "the object's metadata, storage class, website redirect location or encryption attributes.");
}

}  // namespace

CopyObjectOutput copy_object(Call& call, const CopyObjectRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_owner(call, request.ExpectedSourceBucketOwner());
  check_key(request.Key());
  check_unsupported(request);
  const CopySource source = parse_copy_source(request.CopySource());
  check_changes_something(request, source);
  const auto condition = write_condition(request.IfMatch(), request.IfNoneMatch());
  const auto found = value_of(call.house.objects.head(source.bucket, source.key));
  require_for_copy(copy_conditions(request), found);

  const boost::json::object document = copied_document(request, found);
  const auto copied = value_of(call.house.objects.copy({.from_bucket = source.bucket,
                                                        .from_key = source.key,
                                                        .source_etag = found.etag,
                                                        .bucket = request.Bucket(),
                                                        .key = request.Key(),
                                                        .meta = to_meta(document),
                                                        .condition = condition}));
  boost::json::object result{{"ETag", quoted(copied.etag)},
                             {"LastModified", to_seconds(copied.modified)}};
  copy_checksums(document, result);
  boost::json::object output{{"CopyObjectResult", std::move(result)}};
  copy_encryption(document, output);
  return CopyObjectOutput::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
