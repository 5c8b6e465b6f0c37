#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "store/object_key.h"
#include "store/objects_fixture.h"

namespace sagebrush::store {
namespace {

// What a listing must answer, by brute force.
struct Naive {
  std::vector<std::string> keys;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;
};

Naive list_naively(const std::set<std::string>& keys, const ListQuery& query) {
  std::set<std::pair<std::string, bool>> items;
  for (const std::string& key : keys) {
    if (!key.starts_with(query.prefix) || key <= query.after) continue;
    const std::string group(common_prefix(key, query.prefix, query.delimiter));
    if (group.empty()) items.insert({key, false});
    if (!group.empty() && group != query.after) items.insert({group, true});
  }
  Naive result;
  for (const auto& [name, is_group] : items) {
    if (result.keys.size() + result.prefixes.size() == static_cast<std::size_t>(query.limit)) {
      result.truncated = true;
      break;
    }
    (is_group ? result.prefixes : result.keys).push_back(name);
    result.last = name;
  }
  return result;
}

class ObjectListTest : public ObjectsTest {
 protected:
  void compare(const std::set<std::string>& keys, const ListQuery& query) {
    const auto listing = objects.list("b", query);
    ASSERT_TRUE(listing);
    std::vector<std::string> listed;
    for (const ObjectInfo& info : listing->objects) listed.push_back(info.key);
    const Naive expected = list_naively(keys, query);
    const std::string trace = "prefix \"" + query.prefix + "\" delimiter \"" + query.delimiter +
                              "\" after \"" + query.after + "\" limit " +
                              std::to_string(query.limit);
    ASSERT_EQ(listed, expected.keys) << trace;
    ASSERT_EQ(listing->common_prefixes, expected.prefixes) << trace;
    ASSERT_EQ(listing->truncated, expected.truncated) << trace;
    ASSERT_EQ(listing->last, expected.last) << trace;
  }
};

TEST_F(ObjectListTest, EqualsANaiveModelOnRandomKeysAndQueries) {
  std::mt19937 random(20260101);
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  const std::string letters[] = {
      "a", "b", "/", "//", "-", "\xc3\xa9", std::string(1, '\0'), "\x01", "\xf4\x8f\xbf\xbf", "A"};
  const auto word = [&](int longest) {
    std::string text;
    for (int i = pick(longest); i >= 0; --i) text += letters[pick(std::size(letters))];
    return text;
  };
  std::set<std::string> keys;
  while (keys.size() < 250) keys.insert(word(6));
  for (const std::string& key : keys) ASSERT_TRUE(put(key, ""));
  for (int i = 0; i < 2000 && !HasFatalFailure(); ++i) {
    compare(keys, {.prefix = pick(2) == 0 ? "" : word(2),
                   .delimiter = pick(3) == 0 ? "" : letters[pick(std::size(letters))],
                   .after = pick(2) == 0 ? "" : word(4),
                   .limit = pick(3) == 0 ? 1000 : 1 + pick(12)});
  }
}

TEST_F(ObjectListTest, PagesTogetherAreTheWhole) {
  std::set<std::string> keys;
  for (int i = 0; i < 300; ++i) {
    keys.insert((i % 3 == 0 ? "dir" + std::to_string(i % 7) + "/" : "") + std::to_string(i));
  }
  for (const std::string& key : keys) ASSERT_TRUE(put(key, ""));
  for (const std::string delimiter : {"", "/"}) {
    ListQuery query{.prefix = "", .delimiter = delimiter, .after = "", .limit = 7};
    std::vector<std::string> seen;
    bool more = true;
    while (more) {
      const auto page = objects.list("b", query);
      for (const ObjectInfo& info : page->objects) seen.push_back(info.key);
      seen.insert(seen.end(), page->common_prefixes.begin(), page->common_prefixes.end());
      query.after = page->last;
      more = page->truncated;
    }
    std::ranges::sort(seen);
    const Naive whole =
        list_naively(keys, {.prefix = "", .delimiter = delimiter, .after = "", .limit = 1000});
    std::vector<std::string> expected = whole.keys;
    expected.insert(expected.end(), whole.prefixes.begin(), whole.prefixes.end());
    std::ranges::sort(expected);
    EXPECT_EQ(seen, expected);
  }
}

TEST_F(ObjectListTest, ListsAllFilesWithTheirPaths) {
  ASSERT_TRUE(put("x/1", "one"));
  ASSERT_TRUE(put("x/2", "two"));
  ASSERT_TRUE(put("y", ""));
  const auto files = objects.list_all("b", "x/");
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[1].key, "x/2");
  EXPECT_EQ(read_file((*files)[1].path), "two");
  EXPECT_EQ(objects.list_all("none", "").error(), ObjectFault::kNoSuchBucket);
}

TEST(ObjectKey, ColumnsOrderAsKeysDo) {
  const std::string keys[] = {std::string(1, '\0'),
                              std::string("\0\0", 2),
                              "\x01",
                              "\x01z",
                              "\x02",
                              "a",
                              std::string("a\0", 2),
                              "a\x01",
                              "a!"};
  for (const std::string& a : keys) {
    EXPECT_EQ(from_column(to_column(a)), a);
    for (const std::string& b : keys) EXPECT_EQ(a < b, to_column(a) < to_column(b));
  }
}

TEST(ObjectKey, AfterAllWithIsTheNextText) {
  EXPECT_EQ(after_all_with(""), "");
  EXPECT_EQ(after_all_with("a/"), "a0");
  EXPECT_EQ(after_all_with("a\x7f"), "a\xc2\x80");
  EXPECT_EQ(after_all_with("\xed\x9f\xbf"), "\xee\x80\x80");  // no surrogates
  EXPECT_EQ(after_all_with("b\xf4\x8f\xbf\xbf"), "c");
  EXPECT_EQ(after_all_with("\xf4\x8f\xbf\xbf"), "");
}

}  // namespace
}  // namespace sagebrush::store
