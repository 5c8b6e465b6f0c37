#include "service/s3/list_encoding.h"

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/s3/object_document.h"
#include "service/s3/request_rules.h"

namespace sagebrush::service::s3 {

namespace json = boost::json;

namespace {

constexpr const char* kTokenStart = "1:";

}  // namespace

ListEncoding::ListEncoding(const std::optional<std::string>& encoding_type)
    : url_(encoding_type == "url") {
  if (encoding_type && !url_) {
    throw aws::AwsError("InvalidArgument", 400, "Invalid Encoding Method specified in Request");
  }
}

std::string ListEncoding::operator()(const std::string& name) const {
  return url_ ? uri_encode(name, true) : name;
}

void ListEncoding::put(json::object& output, const char* member,
                       const std::optional<std::string>& name) const {
  if (name) output[member] = (*this)(*name);
}

void ListEncoding::put_encoding_type(json::object& output) const {
  if (url_) output["EncodingType"] = "url";
}

json::object owner_members(const Call& call) {
  return {{"ID", owner_id(call.house.account)}, {"DisplayName", call.house.account}};
}

json::array common_prefix_members(const ListEncoding& encode,
                                  const std::vector<std::string>& prefixes) {
  json::array members;
  for (const std::string& prefix : prefixes)
    members.push_back(json::object{{"Prefix", encode(prefix)}});
  return members;
}

json::array content_members(const Call& call, const ListEncoding& encode,
                            const std::vector<store::ObjectInfo>& objects, bool with_owner) {
  json::array members;
  members.reserve(objects.size());
  const json::object owner = with_owner ? owner_members(call) : json::object();
  for (const store::ObjectInfo& object : objects) {
    json::object member{{"Key", encode(object.key)},
                        {"LastModified", to_seconds(object.modified)},
                        {"ETag", quoted(object.etag)},
                        {"Size", object.bytes},
                        {"StorageClass", object.meta.storage_class}};
    if (!object.meta.checksum.empty()) {
      member["ChecksumAlgorithm"] = json::array{split(object.meta.checksum, '/').front()};
    }
    if (with_owner) member["Owner"] = owner;
    members.push_back(std::move(member));
  }
  return members;
}

std::string to_token(const std::string& last) {
  return to_base64(kTokenStart + last);
}

std::string from_token(const std::string& token) {
  auto text = from_base64(token);
  if (!text || !text->starts_with(kTokenStart) || !is_utf8(*text)) {
    throw aws::AwsError("InvalidArgument", 400, "The continuation token provided is incorrect");
  }
  return text->substr(2);
}

}  // namespace sagebrush::service::s3
