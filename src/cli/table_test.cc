#include "cli/table.h"

#include <gtest/gtest.h>

namespace sagebrush::cli {
namespace {

Table sample() {
  Table table({"NAME", "STATUS", "AGE"});
  table.add({{"a-long-job-name"}, {"Completed", Tone::kGood}, {"3m ago"}});
  table.add({{"b"}, {""}, {"now"}});
  table.add({{"c"}, {"Failed", Tone::kBad}, {""}});
  return table;
}

TEST(Table, AlignsColumnsTwoApart) {
  EXPECT_EQ(sample().render(0, false),
            "NAME             STATUS     AGE\n"
            "a-long-job-name  Completed  3m ago\n"
            "b                           now\n"
            "c                Failed\n");
}

TEST(Table, CutsTheWidestColumnToFit) {
  EXPECT_EQ(sample().render(30, false),
            "NAME         STATUS     AGE\n"
            "a-long-job…  Completed  3m ago\n"
            "b                       now\n"
            "c            Failed\n");
}

TEST(Table, ColoursStatusesAlone) {
  Table table({"S", "T"});
  table.add({{"Failed", Tone::kBad}, {"x"}});
  EXPECT_EQ(table.render(0, true), "S       T\n\033[31mFailed\033[0m  x\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({"N", "V"});
  table.add({{"ä"}, {"1"}});
  table.add({{"a"}, {"2"}});
  EXPECT_EQ(table.render(0, false), "N  V\nä  1\na  2\n");
}

}  // namespace
}  // namespace sagebrush::cli
