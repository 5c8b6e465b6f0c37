#include "container/frame_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <vector>

#include "container/line_splitter.h"

namespace sagebrush::container {
namespace {

std::vector<std::string> lines_of(const std::vector<std::string>& pieces, std::size_t limit = 100) {
  std::vector<std::string> out;
  LineSplitter splitter(limit, [&](std::string_view line) { out.emplace_back(line); });
  for (const auto& piece : pieces) splitter.write(piece);
  splitter.finish();
  return out;
}

using Lines = std::vector<std::string>;

TEST(LineSplitter, JoinsPiecesAndKeepsEmptyLines) {
  EXPECT_EQ(lines_of({"a", "b\n\nc\n"}), (Lines{"ab", "", "c"}));
}

TEST(LineSplitter, GivesALastLineWithoutEnd) {
  EXPECT_EQ(lines_of({"a\nb"}), (Lines{"a", "b"}));
}

TEST(LineSplitter, TakesCarriageReturnAndNewlineAsOneEndAlsoAcrossPieces) {
  EXPECT_EQ(lines_of({"a\r", "\nb\r\n"}), (Lines{"a", "b"}));
}

TEST(LineSplitter, KeepsTheLastStateOfAProgressBar) {
  EXPECT_EQ(lines_of({"10%\r50", "%\r100%\n", "x\r"}), (Lines{"100%", "x"}));
}

TEST(LineSplitter, CutsWhatIsTooLong) {
  EXPECT_EQ(lines_of({"abcdefgh\n"}, 3), (Lines{"abc", "def", "gh"}));
}

TEST(FrameReader, GivesWhatWasAppendedAndGoesOnWhereItStopped) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "output.log";
  FrameReader reader(path);
  std::vector<Frame> got;
  const auto take = [&](Frame frame) {
    got.push_back(std::move(frame));
    return true;
  };
  EXPECT_EQ(reader.read(take), 0U);  // not there yet
  const File file = File::open(path, O_WRONLY | O_CREAT | O_APPEND);
  std::string bytes;
  append_frame(bytes, from_ms(5), Stream::kStdout, "one");
  append_frame(bytes, from_ms(6), Stream::kStderr, std::string(kLineLimit + 9, 'x'));
  file.write_all(std::string_view(bytes).substr(0, 30));
  EXPECT_EQ(reader.read(take), 1U);
  file.write_all(std::string_view(bytes).substr(30));
  EXPECT_EQ(reader.read(take), 1U);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].text, "one");
  EXPECT_EQ(got[0].time, from_ms(5));
  EXPECT_EQ(got[1].stream, Stream::kStderr);
  EXPECT_EQ(got[1].text.size(), kLineLimit);
  EXPECT_EQ(reader.next_sequence(), 2U);
}

TEST(FrameReader, StopsAtADamagedFrame) {
  const TemporaryDirectory folder;
  std::string bytes;
  append_frame(bytes, from_ms(1), Stream::kStdout, "good");
  const std::size_t second = bytes.size();
  append_frame(bytes, from_ms(2), Stream::kStdout, "bad");
  bytes[second + 18] ^= 1;
  write_file_atomically(folder.path() / "log", bytes);
  FrameReader reader(folder.path() / "log");
  EXPECT_EQ(reader.read([](const Frame&) { return true; }), 1U);
  EXPECT_TRUE(reader.broken());
}

}  // namespace
}  // namespace sagebrush::container
