#pragma once

#include <memory>
#include <string_view>

namespace sagebrush::service::logs {

// { $.a.b[0] = "x*" && ($.n >= 3 || $.c NOT EXISTS) }: comparisons (= != < > <= >=) of a member
// with a string (`*` stands for any text), a number, or TRUE / FALSE / NULL after IS; NOT EXISTS;
// joined by && and ||. A message that is not a JSON object matches nothing.
class JsonPattern {
 public:
  // text: with its braces. Throws AwsError{InvalidParameterException}.
  static JsonPattern parse(std::string_view text);
  bool matches(std::string_view message) const;

  struct Node;

 private:
  explicit JsonPattern(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

}  // namespace sagebrush::service::logs
