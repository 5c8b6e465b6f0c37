#include "algorithms/image_classification/array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

using ::testing::HasSubstr;

Bytes bytes_of(const std::string& text) {
  return Bytes(text.begin(), text.end());
}

template <typename Parser>
std::string failure_of(Parser parse, const Bytes& file) {
  try {
    parse(file, "some-file");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("some-file"));
    return error.what();
  }
  return "(no error)";
}

Bytes npy(const std::string& header, const std::string& data, char version = 1) {
  std::string file = std::string("\x93NUMPY", 6) + version + '\0';
  file += static_cast<char>(header.size() & 255);
  file += static_cast<char>(header.size() >> 8);
  if (version > 1) file += std::string(2, '\0');
  return bytes_of(file + header + data);
}

TEST(Idx, ReadsShapeAndBigEndianElements) {
  const Array array =
      parse_idx({0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE}, "some-file");
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(to_integers(array, "x"), (std::vector<std::int64_t>{258, -2}));
}

TEST(Idx, EveryTruncationIsAnErrorAndNoneIsRead) {
  const Bytes whole = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9};
  EXPECT_EQ(parse_idx(whole, "x").count(), 4U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(failure_of(parse_idx, cut), "(no error)") << size;
  }
}

TEST(Idx, HugeSizesAreHeldAgainstTheFileBeforeAnyAllocation) {
  const Bytes huge = {0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1};
  EXPECT_THAT(failure_of(parse_idx, huge), HasSubstr("more than 2^64"));
  EXPECT_THAT(failure_of(parse_idx, {0, 0, 8, 1, 255, 255, 255, 255, 1}), HasSubstr("4294967295"));
  // A zero must not hide an overflow behind it.
  const Bytes hidden = {0,   0,   14,  4,   255, 255, 255, 255, 255, 255,
                        255, 255, 255, 255, 255, 255, 0,   0,   0,   0};
  EXPECT_THAT(failure_of(parse_idx, hidden), HasSubstr("more than 2^64"));
}

TEST(Idx, StrangersAreNamed) {
  EXPECT_THAT(failure_of(parse_idx, bytes_of("PNG!....")), HasSubstr("not an IDX file"));
  EXPECT_THAT(failure_of(parse_idx, {0, 0, 7, 1, 0, 0, 0, 0}), HasSubstr("element type 7"));
  EXPECT_THAT(failure_of(parse_idx, {0, 0, 8, 0}), HasSubstr("rank 0"));
  EXPECT_THAT(failure_of(parse_idx, {0, 0, 8, 1, 0, 0, 0, 1, 5, 6}), HasSubstr("1 too many"));
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const Array array =
      parse_npy(npy("{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }    \n",
                    std::string("\1\0\2\0\xFF\xFF", 6)),
                "x");
  EXPECT_EQ(to_integers(array, "x"), (std::vector<std::int64_t>{1, 2, -1}));
  const Array second =
      parse_npy(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }\n",
                    "\x3F\xC0" + std::string(2, '\0'), 2),
                "x");
  EXPECT_EQ(to_floats(second, "x"), (std::vector<float>{1.5F}));
}

TEST(Npy, BadHeadersAreErrors) {
  for (const char* header :
       {"", "{", "{'descr'", "{'descr': '|u1'}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2}",
        "{'descr': '|u1', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}"}) {
    EXPECT_THAT(failure_of(parse_npy, npy(header, "x")), HasSubstr("header cannot be read"))
        << header;
  }
  EXPECT_THAT(
      failure_of(parse_npy, npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "x")),
      HasSubstr("'|O'"));
  EXPECT_THAT(
      failure_of(parse_npy, npy("{'descr': '|u1', 'fortran_order': True, 'shape': (1,)}", "x")),
      HasSubstr("Fortran order"));
  EXPECT_THAT(failure_of(parse_npy, npy("{'descr': '<f8', 'fortran_order': False, 'shape': "
                                        "(4294967296, 4294967296)}",
                                        "x")),
              HasSubstr("more than 2^64"));
}

TEST(Npy, HeaderLengthBeyondTheFileIsAnError) {
  Bytes file = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", "x");
  file[9] = 0x7F;
  EXPECT_THAT(failure_of(parse_npy, file), HasSubstr("length is wrong"));
}

TEST(ArrayConversion, RefusesWhatWouldLoseTheMeaning) {
  const Array real = parse_npy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                                   std::string("\0\0\xC0\x7F", 4)),
                               "x");
  EXPECT_THROW(to_integers(real, "x"), Error);
  EXPECT_THROW(to_floats(real, "x"), Error);  // not a number
}

}  // namespace
}  // namespace sagebrush::vision
