#include "http/body_framing.h"

#include <gtest/gtest.h>

#include <string>

namespace sagebrush::http {
namespace {

struct Outcome {
  std::string payload;
  std::size_t consumed = 0;
  bool complete = false;
  bool bad = false;
};

// Feeds `input` in pieces of `piece_bytes`.
Outcome decode(BodyFraming framing, std::string input, std::size_t piece_bytes) {
  Outcome outcome;
  const auto bytes = std::as_writable_bytes(std::span(input));
  while (outcome.consumed < input.size() && !framing.complete()) {
    const auto piece =
        bytes.subspan(outcome.consumed, std::min(piece_bytes, input.size() - outcome.consumed));
    const auto decoded = decode_in_place(framing, piece);
    if (!decoded) {
      outcome.bad = true;
      return outcome;
    }
    outcome.payload.append(reinterpret_cast<const char*>(piece.data()), decoded->payload);
    outcome.consumed += decoded->consumed;
  }
  outcome.complete = framing.complete();
  return outcome;
}

TEST(BodyFraming, DecodesChunksHoweverTheyAreCut) {
  const std::string body =
      "5\r\nhello\r\n1;name=\"va;lue\"\r\n \r\n00000A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const Outcome outcome = decode(BodyFraming::chunked(), body + "GET", piece);
    EXPECT_EQ(outcome.payload, "hello 0123456789") << piece;
    EXPECT_EQ(outcome.consumed, body.size()) << piece;
    EXPECT_TRUE(outcome.complete) << piece;
  }
}

TEST(BodyFraming, IsNotCompleteBeforeTheLastByte) {
  const std::string body = "3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Outcome outcome = decode(BodyFraming::chunked(), body.substr(0, size), body.size());
    EXPECT_FALSE(outcome.complete || outcome.bad) << size;
  }
}

TEST(BodyFraming, RefusesMalformedChunks) {
  for (const std::string body : {"\r\n",
                                 " 5\r\nhello",
                                 "0x5\r\nhello",
                                 "-1\r\n",
                                 "+5\r\nhello",
                                 "5 \r\nhello",
                                 "5\nhello",
                                 "g\r\n",
                                 "5\r\nhello0\r\n",
                                 "5\r\nhello\n0",
                                 "5\r\nhello\r0",
                                 "5\rhello",
                                 "10000000000000000\r\n",
                                 "fffffffffffffffff\r\n",
                                 "5;a\nb\r\n",
                                 "5;\x01\r\n",
                                 "0\r\n folded: x\r\n",
                                 "0\r\nA: b\nC",
                                 "0\r\nA: b\r\r\n",
                                 "0\r\n\rx"}) {
    EXPECT_TRUE(decode(BodyFraming::chunked(), body, body.size()).bad)
        << testing::PrintToString(body);
    EXPECT_TRUE(decode(BodyFraming::chunked(), body, 1).bad) << testing::PrintToString(body);
  }
}

TEST(BodyFraming, BoundsExtensionsAndTrailers) {
  EXPECT_FALSE(decode(BodyFraming::chunked(), "1;" + std::string(1000, 'x') + "\r\n", 4096).bad);
  EXPECT_TRUE(decode(BodyFraming::chunked(), "1;" + std::string(1100, 'x'), 4096).bad);
  EXPECT_TRUE(decode(BodyFraming::chunked(), std::string(1100, '0'), 4096).bad);
  EXPECT_TRUE(decode(BodyFraming::chunked(), "0\r\nA: " + std::string(9000, 'x'), 4096).bad);
}

TEST(BodyFraming, CountsALength) {
  BodyFraming framing = BodyFraming::of_length(5);
  EXPECT_EQ(framing.remaining(), 5);
  const Outcome outcome = decode(framing, "helloGET /", 3);
  EXPECT_EQ(outcome.payload, "hello");
  EXPECT_EQ(outcome.consumed, 5U);
  EXPECT_TRUE(outcome.complete);
  EXPECT_TRUE(BodyFraming::none().complete());
}

TEST(BodyFraming, RunsToTheClose) {
  const Outcome outcome = decode(BodyFraming::until_close(), "anything", 3);
  EXPECT_EQ(outcome.payload, "anything");
  EXPECT_FALSE(outcome.complete);
}

}  // namespace
}  // namespace sagebrush::http
