#include "base/hash.h"

#include <isa-l/crc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/crc64_nvme.h"
#include "base/error.h"
#include "base/text.h"

namespace sagebrush {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looked up once: EVP_sha256() and its kin search the providers on each EVP_DigestInit.
const EVP_MD* digest_of(HashKind kind) {
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  switch (kind) {
    case HashKind::kMd5: return md5;
    case HashKind::kSha1: return sha1;
    case HashKind::kSha256: return sha256;
    default: return nullptr;
  }
}

bool is_crc(HashKind kind) {
  return kind == HashKind::kCrc32 || kind == HashKind::kCrc32c || kind == HashKind::kCrc64Nvme;
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int byte = bytes - 1; byte >= 0; --byte) out += static_cast<char>(value >> (8 * byte));
  return out;
}

// ISA-L's CRC32C takes and gives the register itself (no inversion) and an int for the length.
std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte> data) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  crc = ~crc;
  while (!data.empty()) {
    const auto piece = data.first(std::min(data.size(), kMost));
    auto* bytes = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(piece.data()));
    crc = crc32_iscsi(bytes, static_cast<int>(piece.size()), crc);
    data = data.subspan(piece.size());
  }
  return ~crc;
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  if (HMAC(digest, key.data(), static_cast<int>(key.size()), bytes, data.size(), out.data(),
           &size) == nullptr) {
    throw Error(ErrorKind::kInternal, "OpenSSL can't compute an HMAC");
  }
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

}  // namespace

struct Hasher::Impl {
  HashKind kind;
  std::unique_ptr<EVP_MD_CTX, FreeContext> digest;
  std::uint64_t crc = 0;
};

Hasher::Hasher(HashKind kind) : impl_(std::make_unique<Impl>()) {
  impl_->kind = kind;
  if (is_crc(kind)) return;
  impl_->digest.reset(EVP_MD_CTX_new());
  if (!impl_->digest || EVP_DigestInit_ex2(impl_->digest.get(), digest_of(kind), nullptr) != 1) {
    throw Error(ErrorKind::kInternal, "OpenSSL can't start a digest");
  }
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> data) {
  if (data.empty()) return;
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  switch (impl_->kind) {
    case HashKind::kCrc32:
      impl_->crc = crc32_gzip_refl(static_cast<std::uint32_t>(impl_->crc), bytes, data.size());
      return;
    case HashKind::kCrc32c:
      impl_->crc = crc32c(static_cast<std::uint32_t>(impl_->crc), data);
      return;
    case HashKind::kCrc64Nvme: impl_->crc = crc64_nvme(impl_->crc, data); return;
    default: break;
  }
  if (EVP_DigestUpdate(impl_->digest.get(), data.data(), data.size()) != 1) {
    throw Error(ErrorKind::kInternal, "OpenSSL can't go on with a digest");
  }
}

void Hasher::update(std::string_view data) {
  update(std::as_bytes(std::span(data)));
}

std::string Hasher::finish() {
  if (is_crc(impl_->kind)) {
    return big_endian(impl_->crc, impl_->kind == HashKind::kCrc64Nvme ? 8 : 4);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(impl_->digest.get(), out.data(), &size) != 1) {
    throw Error(ErrorKind::kInternal, "OpenSSL can't end a digest");
  }
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string hash(HashKind kind, std::string_view data) {
  Hasher hasher(kind);
  hasher.update(data);
  return hasher.finish();
}

std::string sha256_hex(std::string_view data) {
  return to_hex(hash(HashKind::kSha256, data));
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  return hmac(EVP_sha256(), key, data);
}

std::string hmac_sha1(std::string_view key, std::string_view data) {
  return hmac(EVP_sha1(), key, data);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sagebrush
