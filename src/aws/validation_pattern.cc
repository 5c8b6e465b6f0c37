#include "aws/validation_pattern.h"

#include <re2/re2.h>

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "base/error.h"

namespace sagebrush::aws {
namespace {

const RE2& compiled(const Shape& shape) {
  static std::shared_mutex mutex;
  static std::map<std::string_view, std::unique_ptr<RE2>> cache;  // keys lie in the tables
  std::string_view pattern = shape.re2_pattern();
  {
    std::shared_lock lock(mutex);
    auto found = cache.find(pattern);
    if (found != cache.end()) return *found->second;
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(64 << 20);  // {1,1000} of a character class
  auto regex = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) {
    throw Error(ErrorKind::kInternal, "pattern of " + std::string(shape.name()) + ": " +
                                          regex->error() + " in " + std::string(pattern));
  }
  std::unique_lock lock(mutex);
  return *cache.try_emplace(pattern, std::move(regex)).first->second;
}

}  // namespace

bool matches_pattern(const Shape& shape, std::string_view text) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled(shape));
}

}  // namespace sagebrush::aws
