#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "aws/body_receivers.h"
#include "http/message.h"
#include "service/call.h"
#include "store/object_types.h"

// An object's headers as the store keeps them: canonical JSON with the model's member names, so
// that HeadObject's answer is mostly this document.
namespace sagebrush::service::s3 {

// From the request of PutObject, CreateMultipartUpload or CopyObject. Throws AwsError for user
// metadata beyond 2 KiB.
boost::json::object document_of_request(const boost::json::object& request);
store::ObjectMeta to_meta(const boost::json::object& document);
boost::json::object document_of(const store::ObjectMeta& meta);

// "ChecksumCRC32": value. Of a single body they are of type FULL_OBJECT.
boost::json::object checksum_members(const std::vector<aws::Checksum>& checksums);
// The members of `document` that state checksums, and those that echo encryption.
void copy_checksums(const boost::json::object& document, boost::json::object& output);
void copy_encryption(const boost::json::object& document, boost::json::object& output);

// What HeadObject and GetObject say of the object, without lengths and without checksums unless
// wanted.
boost::json::object head_members(const store::ObjectInfo& info, bool with_checksums);

std::string quoted(const std::string& etag);
std::string unquoted(std::string_view etag);

// The body's length by the request's headers: decoded, when it is aws-chunked. Throws AwsError
// EntityTooLarge above 5 GiB.
std::optional<std::uint64_t> announced_length(const http::Request& request);

// The answer of a handler that makes the whole response.
http::Response answer(const Call& call, std::string_view operation,
                      const boost::json::object& output);

}  // namespace sagebrush::service::s3
