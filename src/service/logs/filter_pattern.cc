#include "service/logs/filter_pattern.h"

#include <algorithm>

#include "aws/aws_error.h"
#include "base/text.h"

namespace sagebrush::service::logs {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw aws::AwsError("InvalidParameterException", 400, "Invalid filter pattern: " + why);
}

// Takes a term off the front of `rest`: a quoted phrase (\" and \\ stand for themselves), or all up
// to a blank.
std::string take_term(std::string_view& rest) {
  std::string term;
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    term = rest.substr(0, end);
    rest.remove_prefix(end);
    return term;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    term += rest.front();
    rest.remove_prefix(1);
  }
  if (rest.empty()) refuse("a quotation mark is not closed");
  rest.remove_prefix(1);
  return term;
}

}  // namespace

FilterPattern FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  std::string_view rest = trim(text);
  if (rest.starts_with('{')) {
    pattern.json_ = std::make_shared<const JsonPattern>(JsonPattern::parse(rest));
    return pattern;
  }
  if (rest.starts_with('['))
    refuse("patterns of space-delimited fields ([a, b]) are not supported");
  while (!rest.empty()) {
    const char first = rest.front();
    if (first == '-' || first == '?') rest.remove_prefix(1);
    if (rest.starts_with('%')) refuse("regular expressions (%...%) are not supported");
    std::string term = take_term(rest);
    if (term.empty()) refuse("a term is empty");
    auto& terms = first == '-' ? pattern.none_ : first == '?' ? pattern.any_ : pattern.all_;
    terms.push_back(std::move(term));
    rest = trim(rest);
  }
  return pattern;
}

bool FilterPattern::matches(std::string_view message) const {
  if (json_) return json_->matches(message);
  const auto has = [&](const std::string& term) {
    return message.find(term) != std::string_view::npos;
  };
  return std::ranges::all_of(all_, has) && std::ranges::none_of(none_, has) &&
         (any_.empty() || std::ranges::any_of(any_, has));
}

}  // namespace sagebrush::service::logs
