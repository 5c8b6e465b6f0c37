#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace sagebrush {
namespace {

using testing::ElementsAre;

TEST(HexTest, GoesBothWaysAndRefusesTheRest) {
  EXPECT_EQ(to_hex(std::string("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(from_hex("00FF1a"), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

// RFC 4648, section 10.
TEST(Base64Test, GivesThePublishedVectors) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
}

TEST(Base64Test, ReadsBackWhatItWrote) {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = random_bytes(size);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

TEST(Base64Test, RefusesWhatIsNotItsOwnOutput) {
  for (const char* bad :
       {"Zg=", "Zg", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Z g=", "Zm9v\n", "Zm-_", "=",
        "Zg=="
        "="}) {
    EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
  }
}

TEST(UriTest, EncodesAllButTheUnreserved) {
  EXPECT_EQ(uri_encode("aZ09-._~ /+*%\xc3\xa9"), "aZ09-._~%20%2F%2B%2A%25%C3%A9");
  EXPECT_EQ(uri_encode("a/b c", true), "a/b%20c");
}

TEST(UriTest, DecodesOnceAndRefusesBrokenEscapes) {
  EXPECT_EQ(uri_decode("a%20b+c%2525"), "a b+c%25");
  EXPECT_EQ(uri_decode("a+b", true), "a b");
  EXPECT_EQ(uri_decode("%2"), std::nullopt);
  EXPECT_EQ(uri_decode("%"), std::nullopt);
  EXPECT_EQ(uri_decode("%zz"), std::nullopt);
}

TEST(Utf8Test, TellsWellFormedTextFromTheRest) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\xb2"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // overlong
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_utf8("\xe2\x82"));          // cut
  EXPECT_FALSE(is_utf8("\x80"));
}

TEST(Utf8Test, CutsBetweenCharacters) {
  const std::string text =
      "a\xe2\x82\xac"
      "b";
  EXPECT_EQ(cut_utf8(text, 10), text);
  EXPECT_EQ(cut_utf8(text, 4), "a\xe2\x82\xac");
  EXPECT_EQ(cut_utf8(text, 3), "a");
  EXPECT_EQ(cut_utf8(text, 2), "a");
  EXPECT_EQ(cut_utf8(text, 0), "");
  EXPECT_EQ(cut_utf8("\xf0\x9f\x8c\xb2", 3), "");
}

TEST(TextTest, SplitsKeepingEmptyParts) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(TextTest, TrimsSpacesAndTabs) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(TextTest, LowersAsciiOnly) {
  EXPECT_EQ(to_lower("AbZ[\xc3\x89"), "abz[\xc3\x89");
}

TEST(NumberTest, ReadsDigitsOnlyAndWhole) {
  EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_signed("-9223372036854775808"), INT64_MIN);
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "1e3", "18446744073709551616"}) {
    EXPECT_EQ(parse_unsigned(bad), std::nullopt) << bad;
  }
  for (const char* bad : {"", "-", "--1", "+1", "9223372036854775808"}) {
    EXPECT_EQ(parse_signed(bad), std::nullopt) << bad;
  }
}

TEST(HumanBytesTest, PicksTheUnit) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "16.0 EiB");
}

}  // namespace
}  // namespace sagebrush
