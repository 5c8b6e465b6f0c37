#include "aws/signing_key.h"

#include <mutex>
#include <unordered_map>

#include "aws/sigv4_canonical.h"
#include "base/hash.h"

namespace sagebrush::aws {
namespace {

class Memory {
 public:
  std::string find(const std::string& scope, std::string_view secret) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(scope);
    // A key id whose secret changed must not go on with the old one.
    if (found == entries_.end() || !equal_in_constant_time(found->second.secret, secret)) return {};
    return found->second.key;
  }

  void keep(const std::string& scope, std::string_view secret, const std::string& key) {
    const std::lock_guard lock(mutex_);
    // Scopes carry the day, so all grow stale together; starting anew costs four HMACs a scope in
    // use.
    if (entries_.size() >= kMost) entries_.clear();
    entries_.insert_or_assign(scope, Entry{std::string(secret), key});
  }

 private:
  static constexpr std::size_t kMost = 512;
  struct Entry {
    std::string secret;
    std::string key;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace

std::string derive_signing_key(std::string_view secret, std::string_view date,
                               std::string_view region, std::string_view service) {
  const std::string day = hmac_sha256("AWS4" + std::string(secret), date);
  return hmac_sha256(hmac_sha256(hmac_sha256(day, region), service), "aws4_request");
}

std::string signing_key(std::string_view access_key_id, std::string_view secret,
                        std::string_view date, std::string_view region, std::string_view service) {
  static Memory memory;  // of a pure function
  const std::string scope =
      std::string(access_key_id) + "/" + credential_scope(date, region, service);
  if (std::string key = memory.find(scope, secret); !key.empty()) return key;
  std::string key = derive_signing_key(secret, date, region, service);
  memory.keep(scope, secret, key);
  return key;
}

}  // namespace sagebrush::aws
