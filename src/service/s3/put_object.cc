#include "generated/s3/put_object.h"

#include "aws/body_receivers.h"
#include "base/text.h"
#include "service/call.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/read_conditions.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

class PutObjectSink : public aws::BodySink {
 public:
  PutObjectSink(std::shared_ptr<Call> call, const PutObjectRequest& request)
      : call_(std::move(call)),
        bucket_(request.Bucket()),
        key_(request.Key()),
        document_(document_of_request(request.json())),
        condition_(write_condition(request.IfMatch(), request.IfNoneMatch())),
        blob_(call_->house.objects.start_blob(announced_length(*call_->request))) {}

  void write(std::span<const std::byte> piece) override { blob_.write(piece); }

  http::Response finish(const aws::VerifiedPayload& payload) override {
    const boost::json::object checksums = checksum_members(payload.checksums);
    for (const auto& item : checksums) document_.insert_or_assign(item.key(), item.value());
    const auto object = value_of(call_->house.objects.put(bucket_, key_, std::move(blob_),
                                                          to_hex(payload.md5.value()),
                                                          to_meta(document_), condition_));
    boost::json::object output = checksums;
    output["ETag"] = quoted(object.etag);
    copy_encryption(document_, output);
    return answer(*call_, "PutObject", output);
  }

 private:
  const std::shared_ptr<Call> call_;
  const std::string bucket_;
  const std::string key_;
  boost::json::object document_;
  const store::WriteCondition condition_;
  store::BlobWriter blob_;
};

}  // namespace

// All that can be refused without the body is refused before it is sent.
std::unique_ptr<aws::BodySink> put_object(std::shared_ptr<Call> call,
                                          const PutObjectRequest& request) {
  check_owner(*call, request.ExpectedBucketOwner());
  check_key(request.Key());
  check_unsupported(request);
  if (!call->house.objects.find_bucket(request.Bucket())) {
    throw to_aws_error(store::ObjectFault::kNoSuchBucket);
  }
  if (request.IfNoneMatch() == "*" && call->house.objects.head(request.Bucket(), request.Key())) {
    throw to_aws_error(store::ObjectFault::kPreconditionFailed);
  }
  return std::make_unique<PutObjectSink>(std::move(call), request);
}

}  // namespace sagebrush::service::s3
