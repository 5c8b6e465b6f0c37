#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sagebrush::aws {

// Undoes a body's Content-Encoding: gzip, which clients use for large PutMetricData, or none.
// Throws AwsError for another one (UnsupportedMediaTypeException), for bytes that are not gzip
// (SerializationException) and for more than `limit` bytes (RequestEntityTooLargeException).
void decode_content(std::string_view content_encoding, std::size_t limit, std::string& body);

}  // namespace sagebrush::aws
