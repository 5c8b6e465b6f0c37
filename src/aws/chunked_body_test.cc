#include "aws/chunked_body.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"
#include "aws/signing_key.h"

namespace sagebrush::aws {
namespace {

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

// The S3 API reference's example: 66,560 bytes 'a' in chunks of 65,536, 1,024 and 0.
ChunkedBodyOptions example(const std::string& seed) {
  ChunkedBodyOptions options;
  options.decoded_length = 66560;
  options.signing =
      ChunkSigning{.signing_key = derive_signing_key(kSecret, "20130524", "us-east-1", "s3"),
                   .amz_date = "20130524T000000Z",
                   .scope = "20130524/us-east-1/s3/aws4_request",
                   .seed_signature = seed};
  return options;
}

std::string example_chunks(const std::string& first, const std::string& second,
                           const std::string& last) {
  return "10000;chunk-signature=" + first + "\r\n" + std::string(65536, 'a') + "\r\n" +
         "400;chunk-signature=" + second + "\r\n" + std::string(1024, 'a') + "\r\n" +
         "0;chunk-signature=" + last + "\r\n";
}

ChunkedBodyOptions signed_options() {
  return example("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
}

const std::string kSigned =
    example_chunks("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                   "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                   "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9") +
    "\r\n";

ChunkedBodyOptions signed_trailer_options() {
  ChunkedBodyOptions options =
      example("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  options.trailers = true;
  options.announced = {"x-amz-checksum-crc32c"};
  return options;
}

std::string signed_trailers(const std::string& line) {
  return example_chunks("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
         line +
         "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
         "\r\n\r\n";
}

ChunkedBodyOptions plain(std::uint64_t length, std::vector<std::string> announced = {},
                         bool trailers = true) {
  ChunkedBodyOptions options;
  options.decoded_length = length;
  options.trailers = trailers;
  options.announced = std::move(announced);
  return options;
}

// Decodes `wire` in pieces of `step` bytes.
std::string decode(ChunkedBodyOptions options, const std::string& wire, std::size_t step = 1 << 20,
                   http::Headers* trailers = nullptr) {
  ChunkedBodyDecoder decoder(std::move(options));
  std::string out;
  const std::span bytes = std::as_bytes(std::span(wire));
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    decoder.write(bytes.subspan(at, std::min(step, bytes.size() - at)), [&](auto piece) {
      out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
  }
  decoder.finish();
  if (trailers != nullptr) *trailers = decoder.trailers();
  return out;
}

std::string refusal(const ChunkedBodyOptions& options, const std::string& wire) {
  try {
    decode(options, wire);
  } catch (const AwsError& error) {
    return error.code();
  }
  return "accepted";
}

TEST(ChunkedBodyTest, DecodesTheSignedExampleHoweverItIsCut) {
  for (const std::size_t step : {1U, 2U, 3U, 101U, 8192U, 1U << 20}) {
    EXPECT_EQ(decode(signed_options(), kSigned, step), std::string(66560, 'a')) << step;
  }
}

TEST(ChunkedBodyTest, DecodesTheSignedTrailerExample) {
  for (const char* line :
       {"x-amz-checksum-crc32c:sOO8/Q==\r\n", "x-amz-checksum-crc32c:sOO8/Q==\n\r\n"}) {
    http::Headers trailers;
    EXPECT_EQ(decode(signed_trailer_options(), signed_trailers(line), 7, &trailers),
              std::string(66560, 'a'));
    EXPECT_EQ(trailers.get("x-amz-checksum-crc32c"), "sOO8/Q==");
  }
}

TEST(ChunkedBodyTest, RefusesAnotherByteAnywhere) {
  const std::size_t size = kSigned.size();
  for (const std::size_t at : {std::size_t{0}, std::size_t{30}, std::size_t{90}, std::size_t{5000},
                               std::size_t{65700}, size - 500, size - 60, size - 1}) {
    std::string wire = kSigned;
    wire[at] ^= 1;
    EXPECT_NE(refusal(signed_options(), wire), "accepted") << at;
  }
  EXPECT_EQ(
      refusal(signed_trailer_options(), signed_trailers("x-amz-checksum-crc32c:sOO8/A==\r\n")),
      "SignatureDoesNotMatch");
}

TEST(ChunkedBodyTest, RefusesChunksSwappedOrLeftOut) {
  std::string wire = kSigned;
  const std::size_t second = wire.find("400;");
  const std::size_t last = wire.find("0;chunk-signature=b6c6");
  EXPECT_EQ(refusal(signed_options(), wire.substr(0, second) + wire.substr(last)),
            "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(signed_options(), wire.substr(second)), "SignatureDoesNotMatch");
}

TEST(ChunkedBodyTest, RefusesABodyCutShort) {
  for (const std::size_t left : {0U, 1U, 2U, 3U, 60U, 2000U}) {
    EXPECT_EQ(refusal(signed_options(), kSigned.substr(0, left)), "IncompleteBody") << left;
  }
  EXPECT_EQ(refusal(signed_options(), kSigned.substr(0, kSigned.size() - 2)), "IncompleteBody");
}

TEST(ChunkedBodyTest, DecodesUnsignedChunksWithATrailer) {
  http::Headers trailers;
  EXPECT_EQ(decode(plain(11, {"x-amz-checksum-crc32"}),
                   "6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", 1,
                   &trailers),
            "hello world");
  EXPECT_EQ(trailers.get("x-amz-checksum-crc32"), "DUoRhQ==");
  EXPECT_EQ(decode(plain(0), "0\r\n\r\n"), "");
  EXPECT_EQ(decode(plain(3, {}, false), "3\r\nabc\r\n0\r\n\r\n"), "abc");
}

TEST(ChunkedBodyTest, HoldsTheDecodedLength) {
  EXPECT_EQ(refusal(plain(2), "3\r\nabc\r\n0\r\n\r\n"), "IncompleteBody");
  EXPECT_EQ(refusal(plain(4), "3\r\nabc\r\n0\r\n\r\n"), "IncompleteBody");
  EXPECT_EQ(refusal(plain(4), "3\r\nabc\r\nffffffffffffffff\r\n"), "IncompleteBody");
}

TEST(ChunkedBodyTest, RefusesBrokenFraming) {
  for (const char* bad :
       {"\r\n", "x\r\n", "-1\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabc0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\nx",
        "10000000000000000\r\n", " 3\r\nabc\r\n0\r\n\r\n"}) {
    EXPECT_EQ(refusal(plain(3), bad), "InvalidRequest") << bad;
  }
  EXPECT_EQ(refusal(plain(3), "3;" + std::string(200, 'x')), "InvalidRequest");
  EXPECT_EQ(refusal(signed_options(), "10000\r\n"), "InvalidRequest");
  EXPECT_EQ(refusal(signed_options(), "10000;other=1\r\n"), "InvalidRequest");
}

TEST(ChunkedBodyTest, TakesOnlyTrailersThatWereAnnouncedOnce) {
  const std::string start = "3\r\nabc\r\n0\r\n";
  const auto options = plain(3, {"x-amz-checksum-crc32"});
  const std::string good = "x-amz-checksum-crc32:NSRBwg==\r\n";
  EXPECT_EQ(refusal(options, start + good + "\r\n"), "accepted");
  EXPECT_EQ(refusal(options, start + "\r\n"), "MalformedTrailerError");
  EXPECT_EQ(refusal(options, start + good + good + "\r\n"), "MalformedTrailerError");
  EXPECT_EQ(refusal(options, start + good + "x-amz-meta-a:b\r\n\r\n"), "MalformedTrailerError");
  EXPECT_EQ(refusal(options, start + "no colon\r\n\r\n"), "MalformedTrailerError");
  EXPECT_EQ(refusal(options, start + std::string(2000, 'x')), "MalformedTrailerError");
  EXPECT_EQ(refusal(plain(3), start + good + "\r\n"), "MalformedTrailerError");
  EXPECT_EQ(refusal(options, start + "x-amz-trailer-signature:0\r\n" + good + "\r\n"),
            "MalformedTrailerError");
}

TEST(ChunkedBodyTest, WantsTheTrailersSignature) {
  std::string wire = signed_trailers("x-amz-checksum-crc32c:sOO8/Q==\r\n");
  wire.resize(wire.find("x-amz-trailer-signature"));
  EXPECT_EQ(refusal(signed_trailer_options(), wire + "\r\n"), "SignatureDoesNotMatch");
}

}  // namespace
}  // namespace sagebrush::aws
