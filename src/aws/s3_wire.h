#pragma once

#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "aws/s3_client.h"
#include "http/client.h"

namespace sagebrush::aws {

// Pieces of S3's wire that the client's requests are made of.

std::string bucket_target(std::string_view bucket);                        // "/bucket"
std::string object_target(std::string_view bucket, std::string_view key);  // "/bucket/a%20b/c"
std::string unquoted(std::string_view etag);
std::string crc32_base64(std::string_view body);
std::string crc32_base64(const http::FileSegment& segment);  // reads the file
http::Headers put_headers(const PutOptions& options);
// Throws Error{kUnavailable} when it isn't XML, AwsError when its root is <Error>: S3 answers some
// slow calls 200 before their end.
std::unique_ptr<pugi::xml_document> parse_xml(const std::string& body);

}  // namespace sagebrush::aws
