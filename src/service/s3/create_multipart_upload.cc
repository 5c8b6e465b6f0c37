#include "generated/s3/create_multipart_upload.h"

#include "service/call.h"
#include "service/s3/multipart_checksum.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {

CreateMultipartUploadOutput create_multipart_upload(Call& call,
                                                    const CreateMultipartUploadRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_key(request.Key());
  check_unsupported(request);
  boost::json::object document = document_of_request(request.json());
  boost::json::object output{{"Bucket", request.Bucket()}, {"Key", request.Key()}};
  const auto checksum = multipart_checksum(request.ChecksumAlgorithm(), request.ChecksumType());
  if (checksum) {
    output["ChecksumAlgorithm"] = document["ChecksumAlgorithm"] = checksum->algorithm->name;
    output["ChecksumType"] = document["ChecksumType"] = checksum->type;
  }
  const auto upload = value_of(
      call.house.objects.create_upload(request.Bucket(), request.Key(), to_meta(document)));
  output["UploadId"] = upload.id;
  copy_encryption(document, output);
  return CreateMultipartUploadOutput::from_json(std::move(output));
}

}  // namespace sagebrush::service::s3
