#include "base/wildcards.h"

#include <gtest/gtest.h>

namespace sagebrush {
namespace {

TEST(Wildcards, AStarIsAnyRunOfCharacters) {
  const auto fits = [](std::string_view pattern, std::string_view text) {
    return matches_wildcards(pattern, text, Wildcards::kStars);
  };
  EXPECT_TRUE(fits("*", ""));
  EXPECT_TRUE(fits("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(fits("v*", "v1.2"));
  EXPECT_TRUE(fits("a**", "a"));
  EXPECT_FALSE(fits("v*", "xv"));
  EXPECT_FALSE(fits("a", "ab"));
  EXPECT_FALSE(fits("a*b", "aXbY"));
}

TEST(Wildcards, AQuestionMarkIsItselfUnlessAskedFor) {
  EXPECT_FALSE(matches_wildcards("a?", "ab", Wildcards::kStars));
  EXPECT_TRUE(matches_wildcards("a?", "a?", Wildcards::kStars));
  EXPECT_TRUE(matches_wildcards("a?", "ab", Wildcards::kStarsAndQuestionMarks));
  EXPECT_FALSE(matches_wildcards("a?", "a", Wildcards::kStarsAndQuestionMarks));
}

}  // namespace
}  // namespace sagebrush
