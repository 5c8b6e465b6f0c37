#include <algorithm>

#include "aws/answer_error.h"
#include "aws/s3_client.h"
#include "aws/s3_wire.h"
#include "base/error.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr std::uint64_t kPartBytes = 64 * 1024 * 1024;
constexpr std::uint64_t kMostParts = 10'000;

// 64 MiB, or as many whole MiB as make 10,000 parts enough.
std::uint64_t part_bytes(std::uint64_t length) {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  const std::uint64_t least = (length + kMostParts - 1) / kMostParts;
  return std::max(kPartBytes, (least + kMiB - 1) / kMiB * kMiB);
}

std::string upload_target(const std::string& target, const std::string& upload) {
  return target + "?uploadId=" + uri_encode(upload);
}

}  // namespace

struct S3Client::Part {
  std::string etag;
  std::string crc32;
};

std::string S3Client::put_in_parts(std::string_view bucket, std::string_view key,
                                   const http::FileSegment& segment, const PutOptions& options) {
  const std::string target = object_target(bucket, key);
  const std::string upload = begin_parts(target, options);
  // Parts that nobody completes take room for ever.
  const auto abort = [&] {
    try {
      send("DELETE", upload_target(target, upload), {}, std::string(), {});
    } catch (const std::exception&) {
      // The first error is the one to tell; the server drops old uploads in time.
    }
  };
  try {
    return send_parts(target, upload, segment, options);
  } catch (const std::exception&) {
    abort();
    throw;
  }
}

std::string S3Client::begin_parts(const std::string& target, const PutOptions& options) {
  http::Headers headers = put_headers(options);
  headers.add("x-amz-checksum-algorithm", "CRC32");
  const auto response = send("POST", target + "?uploads=", headers, std::string(), {});
  const auto document = parse_xml(response.body);
  std::string upload = document->child("InitiateMultipartUploadResult").child_value("UploadId");
  if (upload.empty()) throw Error(ErrorKind::kUnavailable, "the S3 endpoint gave no UploadId");
  return upload;
}

std::string S3Client::send_parts(const std::string& target, const std::string& upload,
                                 const http::FileSegment& segment, const PutOptions& options) {
  const std::uint64_t step = part_bytes(segment.length);
  std::vector<Part> parts;
  for (std::uint64_t done = 0; done < segment.length; done += step) {
    http::FileSegment part = segment;
    part.offset += done;
    part.length = std::min(step, segment.length - done);
    http::Headers headers;
    const std::string crc32 = crc32_base64(part);
    headers.add("x-amz-checksum-crc32", crc32);
    std::function<void(std::uint64_t)> on_sent;
    if (options.on_progress) {
      on_sent = [&options, done](std::uint64_t sent) { options.on_progress(done + sent); };
    }
    const std::string number = std::to_string(parts.size() + 1);
    const auto response = send("PUT", upload_target(target, upload) + "&partNumber=" + number,
                               headers, part, on_sent);
    parts.push_back({std::string(response.headers.get("etag")), crc32});
  }
  return end_parts(target, upload, parts);
}

std::string S3Client::end_parts(const std::string& target, const std::string& upload,
                                const std::vector<Part>& parts) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("CompleteMultipartUpload");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    pugi::xml_node part = root.append_child("Part");
    part.append_child("PartNumber").text() = static_cast<unsigned>(i + 1);
    part.append_child("ETag").text() = parts[i].etag.c_str();
    part.append_child("ChecksumCRC32").text() = parts[i].crc32.c_str();
  }
  struct Text : pugi::xml_writer {
    std::string text;
    void write(const void* data, std::size_t size) override {
      text.append(static_cast<const char*>(data), size);
    }
  } text;
  document.save(text, "", pugi::format_raw);
  const auto response = send("POST", upload_target(target, upload), {}, std::move(text.text), {});
  const auto answer = parse_xml(response.body);
  return unquoted(answer->child("CompleteMultipartUploadResult").child_value("ETag"));
}

}  // namespace sagebrush::aws
