#include "aws/checksum.h"

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

[[noreturn]] void refuse(std::string message) {
  throw AwsError("InvalidRequest", 400, std::move(message));
}

void set_algorithm(ChecksumPromise& promise, ChecksumAlgorithm algorithm) {
  if (promise.algorithm) {
    refuse("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  promise.algorithm = algorithm;
}

void read_trailer_names(const http::Headers& headers, ChecksumPromise& promise) {
  for (const auto& [name, value] : headers) {
    if (!http::equal_ignoring_case(name, "x-amz-trailer")) continue;
    for (const std::string_view part : split(value, ',')) {
      const ChecksumName* checksum = find_checksum_header(trim(part));
      if (checksum == nullptr) {
        refuse("The value specified in the x-amz-trailer header is not supported");
      }
      set_algorithm(promise, checksum->algorithm);
    }
  }
}

void require_announced(const http::Headers& headers, const ChecksumPromise& promise) {
  const auto announced = headers.find("x-amz-sdk-checksum-algorithm");
  if (!announced) return;
  const ChecksumName* checksum = find_checksum(trim(*announced));
  if (checksum == nullptr) {
    refuse("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  if (promise.algorithm && *promise.algorithm != checksum->algorithm) {
    refuse("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  // Content-MD5 stands in where an older client only knows that.
  if (!promise.algorithm && !promise.md5) {
    refuse(
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
        "x-amz-trailer headers were found.");
  }
}

}  // namespace

const ChecksumName& checksum_name(ChecksumAlgorithm algorithm) {
  return kChecksums[static_cast<std::size_t>(algorithm)];
}

const ChecksumName* find_checksum(std::string_view name) {
  for (const ChecksumName& checksum : kChecksums) {
    if (http::equal_ignoring_case(name, checksum.name)) return &checksum;
  }
  return nullptr;
}

const ChecksumName* find_checksum_header(std::string_view header) {
  for (const ChecksumName& checksum : kChecksums) {
    if (http::equal_ignoring_case(header, checksum.header)) return &checksum;
  }
  return nullptr;
}

void require_checksum_form(ChecksumAlgorithm algorithm, std::string_view value) {
  const ChecksumName& checksum = checksum_name(algorithm);
  const auto digest = from_base64(value);
  if (digest && digest->size() == checksum.bytes) return;
  refuse("Value for " + std::string(checksum.header) + " header is invalid.");
}

ChecksumPromise read_checksum_promise(const http::Headers& headers) {
  ChecksumPromise promise;
  for (const auto& [name, value] : headers) {
    if (const ChecksumName* checksum = find_checksum_header(name)) {
      set_algorithm(promise, checksum->algorithm);
      promise.value = std::string(trim(value));
      require_checksum_form(checksum->algorithm, *promise.value);
    } else if (http::equal_ignoring_case(name, "content-md5")) {
      promise.md5 = from_base64(trim(value));
      if (!promise.md5 || promise.md5->size() != 16) {
        throw AwsError("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
      }
    }
  }
  read_trailer_names(headers, promise);
  require_announced(headers, promise);
  return promise;
}

}  // namespace sagebrush::aws
