#include "generated/s3/upload_part_copy.h"

#include <boost/json/serialize.hpp>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "service/call.h"
#include "service/s3/byte_range.h"
#include "service/s3/copy_source.h"
#include "service/s3/multipart_checksum.h"
#include "service/s3/object_document.h"
#include "service/s3/object_fault.h"
#include "service/s3/request_rules.h"
#include "store/objects.h"

namespace sagebrush::service::s3 {
namespace {

// Copies the pieces into a blob, hashing what goes by.
struct PieceCopy {
  store::BlobWriter blob;
  Hasher md5{HashKind::kMd5};
  std::optional<Hasher> checksum{};

  void run(const std::vector<store::ObjectPiece>& pieces) {
    std::vector<std::byte> buffer(1 << 20);
    for (const store::ObjectPiece& piece : pieces) {
      for (std::uint64_t done = 0; done < piece.length;) {
        const std::size_t want = std::min<std::uint64_t>(buffer.size(), piece.length - done);
        const std::size_t n =
            piece.file->read_at(piece.offset + done, std::span(buffer).first(want));
        if (n == 0) throw Error(ErrorKind::kInternal, "a blob is shorter than its row says");
        take(std::span(buffer).first(n));
        done += n;
      }
    }
  }

  void take(std::span<const std::byte> bytes) {
    md5.update(bytes);
    if (checksum) checksum->update(bytes);
    blob.write(bytes);
  }
};

std::optional<MultipartChecksum> checksum_of(const store::Upload& upload) {
  const boost::json::object document = document_of(upload.meta);
  const auto* algorithm = document.if_contains("ChecksumAlgorithm");
  if (algorithm == nullptr) return std::nullopt;
  return multipart_checksum(std::string(algorithm->as_string()),
                            std::string(document.at("ChecksumType").as_string()));
}

}  // namespace

UploadPartCopyOutput upload_part_copy(Call& call, const UploadPartCopyRequest& request) {
  check_owner(call, request.ExpectedBucketOwner());
  check_owner(call, request.ExpectedSourceBucketOwner());
  check_key(request.Key());
  refuse_customer_keys(request.has_SSECustomerAlgorithm() ||
                       request.has_CopySourceSSECustomerAlgorithm());
  const int number = part_number(request.PartNumber());
  store::Objects& objects = call.house.objects;
  const auto upload =
      value_of(objects.find_upload(request.Bucket(), request.Key(), request.UploadId()));
  const CopySource source = parse_copy_source(request.CopySource());
  ByteRange range;
  const auto opened =
      value_of(objects.open(source.bucket, source.key, [&](const store::StoredObject& object) {
        require_for_copy(copy_conditions(request), object.info);
        range = {0, object.info.bytes};
        if (const auto wanted = request.CopySourceRange())
          range = parse_copy_range(*wanted, object.info.bytes);
        return store::Objects::Range{range.first, range.length};
      }));

  PieceCopy copy{.blob = objects.start_blob(range.length)};
  const auto checksum = checksum_of(upload);
  if (checksum) copy.checksum.emplace(checksum->algorithm->hash);
  copy.run(opened.pieces);
  boost::json::object checksums;
  if (checksum) {
    checksums["Checksum" + std::string(checksum->algorithm->name)] =
        to_base64(copy.checksum->finish());
  }
  const auto part = value_of(objects.put_part(request.Bucket(), request.Key(), upload.id, number,
                                              std::move(copy.blob), to_hex(copy.md5.finish()),
                                              boost::json::serialize(checksums)));
  boost::json::object result = std::move(checksums);
  result["ETag"] = quoted(part.etag);
  result["LastModified"] = to_seconds(part.modified);
  return UploadPartCopyOutput::from_json({{"CopyPartResult", std::move(result)}});
}

}  // namespace sagebrush::service::s3
