#include "generated/s3/get_object.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "http/message.h"
#include "service/call.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/read_plan.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

void override_headers(const GetObjectRequest& request, boost::json::object& output) {
  const auto put = [&](const char* name, const std::optional<std::string>& value) {
    if (!value) return;
    const bool broken = std::ranges::any_of(
        *value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (broken) {
      throw aws::AwsError("InvalidArgument", 400,
                          "Response" + std::string(name) + " can not be a header of the answer");
    }
    output[name] = *value;
  };
  put("CacheControl", request.ResponseCacheControl());
  put("ContentDisposition", request.ResponseContentDisposition());
  put("ContentEncoding", request.ResponseContentEncoding());
  put("ContentLanguage", request.ResponseContentLanguage());
  put("ContentType", request.ResponseContentType());
  if (const auto expires = request.ResponseExpires()) output["Expires"] = to_seconds(*expires);
}

}  // namespace

http::Response get_object(Call& call, const GetObjectRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  refuse_customer_keys(request.has_SSECustomerAlgorithm());
  check_key(request.Key());
  check_version(request.VersionId());
  ReadPlan plan;
  auto opened = value_of(call.house.objects.open(
      request.Bucket(), request.Key(), [&](const store::StoredObject& object) {
        plan = plan_read(wish_of(request), object);
        return store::Objects::Range{plan.range.first, plan.range.length};
      }));
  override_headers(request, plan.output);
  http::Response response = answer(call, "GetObject", plan.output);
  if (plan.partial) response.status = 206;
  std::vector<http::FileSegment> body;
  for (store::ObjectPiece& piece : opened.pieces) {
    body.push_back({std::move(piece.file), piece.offset, piece.length});
  }
  response.body = std::move(body);
  return response;
}

}  // namespace sagebrush::service::s3
