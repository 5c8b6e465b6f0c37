#include "generated/s3/upload_part.h"

#include <boost/json/serialize.hpp>

#include "aws/body_receivers.h"
#include "base/text.h"
#include "service/call.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

class UploadPartSink : public aws::BodySink {
 public:
  UploadPartSink(std::shared_ptr<Call> call, const UploadPartRequest& request)
      : call_(std::move(call)),
        bucket_(request.Bucket()),
        key_(request.Key()),
        upload_(request.UploadId()),
        number_(part_number(request.PartNumber())),
        blob_(call_->house.objects.start_blob(announced_length(*call_->request))) {}

  void write(std::span<const std::byte> piece) override { blob_.write(piece); }

  http::Response finish(const aws::VerifiedPayload& payload) override {
    boost::json::object output = checksum_members(payload.checksums);
    output.erase("ChecksumType");
    const auto part = value_of(
        call_->house.objects.put_part(bucket_, key_, upload_, number_, std::move(blob_),
                                      to_hex(payload.md5.value()), boost::json::serialize(output)));
    output["ETag"] = quoted(part.etag);
    return answer(*call_, "UploadPart", output);
  }

 private:
  const std::shared_ptr<Call> call_;
  const std::string bucket_;
  const std::string key_;
  const std::string upload_;
  const int number_;
  store::BlobWriter blob_;
};

}  // namespace

std::unique_ptr<aws::BodySink> upload_part(std::shared_ptr<Call> call,
                                           const UploadPartRequest& request) {
  check_owner(*call, request.ExpectedBucketOwner());
  check_key(request.Key());
  refuse_customer_keys(request.has_SSECustomerAlgorithm());
  value_of(call->house.objects.find_upload(request.Bucket(), request.Key(), request.UploadId()));
  return std::make_unique<UploadPartSink>(std::move(call), request);
}

}  // namespace sagebrush::service::s3
