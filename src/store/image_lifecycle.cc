#include "store/image_lifecycle.h"

#include <algorithm>
#include <boost/json.hpp>
#include <unordered_set>

#include "base/error.h"
#include "base/wildcards.h"

namespace sagebrush::store {
namespace {

namespace json = boost::json;

[[noreturn]] void wrong(const std::string& member, const std::string& expected) {
  throw Error(ErrorKind::kInvalid, "Lifecycle policy: " + member + " must be " + expected);
}

const json::object& object_in(const json::object& object, const char* name,
                              const std::string& where) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_object()) wrong(where + name, "an object");
  return value->get_object();
}

std::string text_in(const json::object& object, const char* name, const std::string& where) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_string()) wrong(where + name, "a string");
  return std::string(value->get_string());
}

int positive_in(const json::object& object, const char* name, const std::string& where) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_int64() || value->get_int64() < 1 || value->get_int64() > 1'000'000) {
    wrong(where + name, "a number of 1 or more");
  }
  return static_cast<int>(value->get_int64());
}

std::vector<std::string> texts_in(const json::object& object, const char* name,
                                  const std::string& where) {
  std::vector<std::string> texts;
  const auto* value = object.if_contains(name);
  if (!value) return texts;
  if (!value->is_array()) wrong(where + name, "a list of strings");
  for (const json::value& text : value->get_array()) {
    if (!text.is_string() || text.get_string().empty()) wrong(where + name, "a list of strings");
    texts.emplace_back(text.get_string());
  }
  return texts;
}

void read_selection(const json::object& selection, const std::string& where, LifecycleRule& rule) {
  const std::string tagged = text_in(selection, "tagStatus", where);
  rule.prefixes = texts_in(selection, "tagPrefixList", where);
  rule.patterns = texts_in(selection, "tagPatternList", where);
  if (tagged == "tagged") {
    rule.tagged = LifecycleRule::Tagged::kTagged;
    if (rule.prefixes.empty() == rule.patterns.empty()) {
      wrong(where + "tagPrefixList", "given, or tagPatternList, for tagStatus \"tagged\"");
    }
  } else if (tagged == "untagged" || tagged == "any") {
    rule.tagged = tagged == "any" ? LifecycleRule::Tagged::kAny : LifecycleRule::Tagged::kUntagged;
    if (!rule.prefixes.empty() || !rule.patterns.empty()) {
      wrong(where + "tagPrefixList", "absent for tagStatus \"" + tagged + "\"");
    }
  } else {
    wrong(where + "tagStatus", "tagged, untagged or any");
  }
  const std::string count = text_in(selection, "countType", where);
  const int number = positive_in(selection, "countNumber", where);
  if (count == "imageCountMoreThan") {
    rule.keep_newest = number;
  } else if (count == "sinceImagePushed" || count == "sinceImagePulled") {
    if (text_in(selection, "countUnit", where) != "days") wrong(where + "countUnit", "days");
    (count == "sinceImagePushed" ? rule.keep_days : rule.keep_used_days) = number;
  } else {
    wrong(where + "countType", "imageCountMoreThan, sinceImagePushed or sinceImagePulled");
  }
}

LifecycleRule read_rule(const json::value& value, const std::string& where) {
  const auto* object = value.if_object();
  if (!object) wrong(where, "an object");
  LifecycleRule rule;
  rule.priority = positive_in(*object, "rulePriority", where + ".");
  if (const auto* text = object->if_contains("description"); text && text->is_string()) {
    rule.description = text->get_string();
  }
  read_selection(object_in(*object, "selection", where + "."), where + ".selection.", rule);
  const json::object& action = object_in(*object, "action", where + ".");
  if (text_in(action, "type", where + ".action.") != "expire") {
    wrong(where + ".action.type", "expire");
  }
  return rule;
}

bool is_over(const LifecycleRule& rule, const ImageInfo& image, int place, Time now) {
  const auto is_past = [now](const std::optional<int>& days, Time since) {
    return days && now - since >= std::chrono::days(*days);
  };
  return (rule.keep_newest && place > *rule.keep_newest) || is_past(rule.keep_days, image.pushed) ||
         is_past(rule.keep_used_days, std::max(image.pushed, image.pulled.value_or(image.pushed)));
}

bool is_about(const LifecycleRule& rule, const ImageInfo& image) {
  using Tagged = LifecycleRule::Tagged;
  if (rule.tagged == Tagged::kAny) return true;
  if (rule.tagged == Tagged::kUntagged) return image.tags.empty();
  if (image.tags.empty()) return false;
  const auto has = [&](const auto& fits) { return std::ranges::any_of(image.tags, fits); };
  return std::ranges::all_of(
             rule.prefixes,
             [&](const std::string& prefix) {
               return has([&](const std::string& tag) { return tag.starts_with(prefix); });
             }) &&
         std::ranges::all_of(rule.patterns, [&](const std::string& pattern) {
           return has([&](const std::string& tag) {
             return matches_wildcards(pattern, tag, Wildcards::kStars);
           });
         });
}

}  // namespace

std::vector<LifecycleRule> parse_lifecycle_policy(std::string_view text) {
  json::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) wrong("the text", "a JSON object");
  const auto* list = value.get_object().if_contains("rules");
  if (!list || !list->is_array() || list->get_array().empty()) wrong("rules", "a list of rules");
  std::vector<LifecycleRule> rules;
  for (const json::value& rule : list->get_array()) {
    rules.push_back(read_rule(rule, "rules[" + std::to_string(rules.size()) + "]"));
  }
  std::ranges::sort(rules, {}, &LifecycleRule::priority);
  for (std::size_t i = 1; i < rules.size(); ++i) {
    const std::string priority = std::to_string(rules[i].priority);
    if (rules[i].priority == rules[i - 1].priority) {
      wrong("rulePriority " + priority, "that of one rule only");
    }
    if (rules[i - 1].tagged == LifecycleRule::Tagged::kAny) {
      wrong("the rule for tagStatus \"any\"", "the one of the greatest rulePriority");
    }
  }
  return rules;
}

std::vector<Expiry> expired_images(const std::vector<LifecycleRule>& rules,
                                   const std::vector<ImageInfo>& images, Time now) {
  std::vector<const ImageInfo*> newest_first;
  for (const ImageInfo& image : images) {
    if (!image.referenced) newest_first.push_back(&image);
  }
  std::ranges::sort(newest_first, [](const ImageInfo* a, const ImageInfo* b) {
    return a->pushed != b->pushed ? a->pushed > b->pushed : a->digest < b->digest;
  });
  std::vector<Expiry> expired;
  std::unordered_set<std::string> settled;  // by a rule of higher priority
  for (const LifecycleRule& rule : rules) {
    int seen = 0;
    for (const ImageInfo* image : newest_first) {
      if (!is_about(rule, *image)) continue;
      ++seen;
      const bool first = settled.insert(image->digest).second;
      if (first && is_over(rule, *image, seen, now))
        expired.push_back({image->digest, rule.priority});
    }
  }
  return expired;
}

}  // namespace sagebrush::store
