#include "agent/python_value.h"

#include <gtest/gtest.h>

namespace sagebrush::agent {
namespace {

std::string dumps(const std::string& text) {
  return python_json(python_loads(text));
}
std::string str(const std::string& text) {
  return python_str(python_loads(text));
}

// Each expectation is what CPython 3.11 printed.
TEST(PythonValue, DumpsAsPythonDoes) {
  EXPECT_EQ(dumps(R"({"b": 1, "a": [1.0, true, null, "x"]})"),
            R"({"a":[1.0,true,null,"x"],"b":1})");
  EXPECT_EQ(dumps("\"ü€😀\\u0007\\n\""), R"("\u00fc\u20ac\ud83d\ude00\u0007\n")");
  EXPECT_EQ(dumps("NaN"), "NaN");
  EXPECT_EQ(dumps("-Infinity"), "-Infinity");
  EXPECT_EQ(dumps("\"a/b\""), "\"a/b\"");
}

TEST(PythonValue, WritesFloatsAsPythonDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"0.01", "0.01"},
      {"1e-05", "1e-05"},
      {"0.0001", "0.0001"},
      {"1E5", "100000.0"},
      {"1e16", "1e+16"},
      {"1e15", "1000000000000000.0"},
      {"123456.75", "123456.75"},
      {"-0.5", "-0.5"},
      {"5e-324", "5e-324"},
      {"0.1", "0.1"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"-0.0", "-0.0"},
      {"3.0", "3.0"},
      {"1e22", "1e+22"}};
  for (const auto& [given, wanted] : cases) EXPECT_EQ(dumps(given), wanted) << given;
}

TEST(PythonValue, StrIsPythons) {
  EXPECT_EQ(str("true"), "True");
  EXPECT_EQ(str("null"), "None");
  EXPECT_EQ(str("[1, \"a\", false, 0.5, null]"), "[1, 'a', False, 0.5, None]");
  EXPECT_EQ(str("[\"it's\", \"say \\\"it's\\\"\", \"tab\\t\"]"),
            R"(["it's", 'say "it\'s"', 'tab\t'])");
  EXPECT_EQ(str("{\"k\": [\"v\"]}"), "{'k': ['v']}");
}

TEST(PythonValue, WhatIsNoJsonIsText) {
  for (const char* text : {"s3://bucket/a", "adam", "", "1,2", "01", "{a: 1}", "'x'", "True"}) {
    EXPECT_EQ(python_loads(text).as_string(), text);
  }
  EXPECT_EQ(python_loads(" 7 ").as_int64(), 7);
  EXPECT_EQ(str("123456789012345678901234567890"), "123456789012345678901234567890");
}

}  // namespace
}  // namespace sagebrush::agent
