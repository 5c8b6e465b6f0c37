#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sagebrush {

enum class HashKind { kMd5, kSha1, kSha256, kCrc32, kCrc32c, kCrc64Nvme };

// Incremental hash. finish() gives the raw digest (CRCs big-endian, as S3 states them) and ends the
// object's use.
class Hasher {
 public:
  explicit Hasher(HashKind kind);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  void update(std::span<const std::byte> data);
  void update(std::string_view data);
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string hash(HashKind kind, std::string_view data);  // raw digest
std::string sha256_hex(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);  // raw, 32 bytes
std::string hmac_sha1(std::string_view key, std::string_view data);    // raw, 20 bytes
// Same time whatever differs; false when the lengths differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace sagebrush
