#include "algorithms/image_classification/prepare/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "algorithms/image_classification/error.h"

namespace sagebrush::vision {
namespace {

using ::testing::HasSubstr;
using Kind = PickleValue::Kind;

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string failure(const std::string& text) {
  try {
    const Pickle pickle(bytes_of(text), "p");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// pickle.dumps({'labels': [3, -1, 300], b'x': (None, True)}, 2), and the same by protocol 4.
TEST(Pickle, ReadsPlainData) {
  const std::string two(
      "\x80\x02}q\x00(X\x06\x00\x00\x00labelsq\x01]q\x02(K\x03J\xff\xff\xff\xffM,\x01"
      "eU\x01xN\x88\x86q\x03u.",
      51);
  const Pickle pickle(bytes_of(two), "p");
  const PickleValue* labels = pickle.root().find("labels");
  ASSERT_NE(labels, nullptr);
  ASSERT_EQ(labels->items.size(), 3U);
  EXPECT_EQ(labels->items[1]->integer, -1);
  EXPECT_EQ(labels->items[2]->integer, 300);
  ASSERT_NE(pickle.root().find("x"), nullptr);
  EXPECT_EQ(pickle.root().find("x")->items[1]->kind, Kind::kBool);
}

TEST(Pickle, NeverCallsAnything) {
  EXPECT_THAT(failure("cos\nsystem\n(S'true'\ntR."), HasSubstr("refers to os.system"));
  EXPECT_THAT(failure("\x80\x02"
                      "cbuiltins\neval\nq\x01X\x01\x00\x00\x00"
                      "1\x85R."),
              HasSubstr("refers to builtins.eval"));
  EXPECT_THAT(failure("\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R."),
              HasSubstr("refers to posix.system"));
  EXPECT_THAT(failure("cnumpy\nndarray\n)R."), HasSubstr("calls numpy.ndarray"));
}

TEST(Pickle, DamageIsAnError) {
  EXPECT_THAT(failure(""), HasSubstr("is empty"));
  EXPECT_THAT(failure("\x80\x09."), HasSubstr("protocol 9"));
  EXPECT_THAT(failure("}"), HasSubstr("truncated"));
  EXPECT_THAT(failure("X\xff\xff\xff\x7f"), HasSubstr("truncated"));
  EXPECT_THAT(failure("."), HasSubstr("stack is empty"));
  EXPECT_THAT(failure("h\x05."), HasSubstr("never stored"));
  EXPECT_THAT(failure("](K\x01."), HasSubstr(""));
  EXPECT_THAT(failure("e."), HasSubstr("mark is missing"));
  EXPECT_THAT(failure("i"), HasSubstr("opcode 105"));
}

}  // namespace
}  // namespace sagebrush::vision
