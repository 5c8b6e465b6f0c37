#include "http/message.h"

#include <gtest/gtest.h>

namespace sagebrush::http {
namespace {

TEST(Headers, CompareNamesWithoutCaseAndKeepTheirOrder) {
  Headers headers;
  headers.add("X-A", "1");
  headers.add("x-b", "2");
  headers.add("x-a", "3");
  EXPECT_EQ(headers.get("X-a"), "1");
  EXPECT_EQ(headers.get("X-B"), "2");
  EXPECT_EQ(headers.get("absent"), "");
  EXPECT_FALSE(headers.find("absent"));
  headers.set("X-A", "4");
  EXPECT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers.begin()->first, "x-b");
  EXPECT_EQ(headers.get("x-a"), "4");
  headers.erase("X-B");
  EXPECT_FALSE(headers.find("x-b"));
}

}  // namespace
}  // namespace sagebrush::http
