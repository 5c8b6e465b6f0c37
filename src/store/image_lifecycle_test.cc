#include "store/image_lifecycle.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace sagebrush::store {
namespace {

const Time kNow = from_ms(1'700'000'000'000);

ImageInfo image(const std::string& digest, int days_old, std::vector<std::string> tags,
                bool referenced = false) {
  ImageInfo info;
  info.digest = digest;
  info.pushed = kNow - std::chrono::days(days_old);
  info.tags = std::move(tags);
  info.referenced = referenced;
  return info;
}

std::string rule(int priority, const std::string& selection) {
  return R"({"rulePriority":)" + std::to_string(priority) + R"(,"selection":{)" + selection +
         R"(},"action":{"type":"expire"}})";
}

std::string policy(const std::vector<std::string>& rules) {
  std::string text = R"({"rules":[)";
  for (const std::string& one : rules) text += (text.back() == '[' ? "" : ",") + one;
  return text + "]}";
}

// "digest:priority …"
std::string expired(const std::string& text, const std::vector<ImageInfo>& images) {
  std::string shown;
  for (const Expiry& expiry : expired_images(parse_lifecycle_policy(text), images, kNow)) {
    shown += (shown.empty() ? "" : " ") + expiry.digest + ":" + std::to_string(expiry.priority);
  }
  return shown;
}

std::string refusal(const std::string& text) {
  try {
    parse_lifecycle_policy(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "(taken)";
}

const std::string kAnyTwo = R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":2)";
const std::string kUntaggedWeek =
    R"("tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7)";

TEST(ImageLifecycle, KeepsTheNewest) {
  EXPECT_EQ(expired(policy({rule(1, kAnyTwo)}),
                    {image("a", 3, {"x"}), image("b", 1, {"y"}), image("c", 2, {})}),
            "a:1");
}

TEST(ImageLifecycle, ExpiresByAge) {
  EXPECT_EQ(expired(policy({rule(1, kUntaggedWeek)}),
                    {image("old", 8, {}), image("new", 6, {}), image("tagged", 9, {"x"})}),
            "old:1");
}

TEST(ImageLifecycle, ExpiresWhatNobodyPulls) {
  const std::string unused =
      R"("tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":7)";
  ImageInfo used = image("used", 30, {"a"});
  used.pulled = kNow - std::chrono::days(6);
  ImageInfo forgotten = image("forgotten", 30, {"b"});
  forgotten.pulled = kNow - std::chrono::days(8);
  EXPECT_EQ(expired(policy({rule(1, unused)}),
                    {used, forgotten, image("never", 9, {}), image("new", 6, {})}),
            "never:1 forgotten:1");
}

TEST(ImageLifecycle, AnImageNeedsATagForEachPrefix) {
  const std::string both =
      R"("tagStatus":"tagged","tagPrefixList":["prod","v1"],"countType":"sinceImagePushed",)"
      R"("countUnit":"days","countNumber":1)";
  EXPECT_EQ(expired(policy({rule(1, both)}),
                    {image("a", 5, {"prod-x", "v1.2"}), image("b", 5, {"prod-x"})}),
            "a:1");
  const std::string pattern =
      R"("tagStatus":"tagged","tagPatternList":["*-dev*"],"countType":"sinceImagePushed",)"
      R"("countUnit":"days","countNumber":1)";
  EXPECT_EQ(
      expired(policy({rule(1, pattern)}), {image("a", 5, {"x-dev3"}), image("b", 5, {"dev"})}),
      "a:1");
}

TEST(ImageLifecycle, ARuleOfHigherPrioritySettlesTheImagesThatItIsAbout) {
  const std::string prod =
      R"("tagStatus":"tagged","tagPrefixList":["prod"],"countType":"imageCountMoreThan",)"
      R"("countNumber":5)";
  const std::string any_one =
      R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":1)";
  EXPECT_EQ(expired(policy({rule(9, any_one), rule(1, prod)}),
                    {image("p", 9, {"prod1"}), image("a", 1, {"x"}), image("b", 2, {"y"})}),
            "b:9");
}

TEST(ImageLifecycle, WhatAnIndexNamesStays) {
  EXPECT_EQ(expired(policy({rule(1, kUntaggedWeek)}), {image("child", 30, {}, true)}), "");
}

TEST(ImageLifecycle, NamesWhatIsWrong) {
  EXPECT_EQ(refusal("x"), "Lifecycle policy: the text must be a JSON object");
  EXPECT_EQ(refusal("{}"), "Lifecycle policy: rules must be a list of rules");
  EXPECT_EQ(refusal(policy({"{}"})),
            "Lifecycle policy: rules[0].rulePriority must be a number of 1 or more");
  EXPECT_EQ(refusal(policy({rule(1, kAnyTwo), rule(1, kUntaggedWeek)})),
            "Lifecycle policy: rulePriority 1 must be that of one rule only");
  EXPECT_NE(refusal(policy({rule(1, kAnyTwo), rule(2, kUntaggedWeek)})).find("greatest"),
            std::string::npos);
  EXPECT_NE(refusal(policy({rule(1, R"("tagStatus":"tagged","countType":"x","countNumber":1)")}))
                .find("rules[0].selection.tagPrefixList"),
            std::string::npos);
  EXPECT_NE(refusal(policy({rule(1, R"("tagStatus":"any","countType":"x","countNumber":1)")}))
                .find("countType must be imageCountMoreThan, sinceImagePushed"),
            std::string::npos);
}

}  // namespace
}  // namespace sagebrush::store
