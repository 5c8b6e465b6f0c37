#include "aws/body_receivers.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"
#include "aws/sigv4_sign.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

const Time kNow = from_amz_date("20260131T120000Z");

class RecordingSink : public BodySink {
 public:
  explicit RecordingSink(std::string& body, VerifiedPayload& payload)
      : body_(body), payload_(payload) {}
  void write(std::span<const std::byte> piece) override {
    body_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  http::Response finish(const VerifiedPayload& payload) override {
    payload_ = payload;
    return {.status = 204, .headers = {}, .body = {}, .head_length = {}};
  }

 private:
  std::string& body_;
  VerifiedPayload& payload_;
};

struct Outcome {
  std::string result;  // "accepted" or the error's code
  std::string body;
  VerifiedPayload payload;
};

// Signs a PUT with `fields` and `payload_hash`, checks it and sends `wire` through a
// PayloadVerifier.
Outcome send(const std::string& wire, const std::string& payload_hash, const Fields& fields = {},
             PayloadOptions options = {}) {
  const Credentials credentials{"AKIDEXAMPLE", "secret", ""};
  http::ClientRequest client;
  client.method = "PUT";
  client.target = "/bucket/key";
  for (const auto& [name, value] : fields) client.headers.add(name, value);
  sign_request(client, http::parse_endpoint("http://127.0.0.1:9000"), credentials,
               {"us-east-1", "s3"}, payload_hash, kNow);
  http::Request request;
  request.method = client.method;
  request.path = client.target;
  request.headers = client.headers;
  request.content_length = wire.size();
  request.has_body = true;
  Outcome outcome;
  try {
    const ParsedSignature parsed = parse_signature(request);
    const VerifiedSignature verified =
        verify(parsed, request, credentials.secret_access_key, parsed.payload_hash, kNow);
    PayloadVerifier verifier(verified, request, options,
                             std::make_unique<RecordingSink>(outcome.body, outcome.payload));
    const std::span bytes = std::as_bytes(std::span(wire));
    for (std::size_t at = 0; at < bytes.size(); at += 5) {
      verifier.write(bytes.subspan(at, std::min<std::size_t>(5, bytes.size() - at)));
    }
    EXPECT_EQ(verifier.finish().status, 204);
    outcome.result = "accepted";
  } catch (const AwsError& error) {
    outcome.result = error.code();
  }
  return outcome;
}

TEST(PayloadVerifierTest, ChecksTheBodysSha256) {
  const Outcome good = send("hello world", sha256_hex("hello world"));
  EXPECT_EQ(good.result, "accepted");
  EXPECT_EQ(good.body, "hello world");
  EXPECT_EQ(good.payload.length, 11U);
  EXPECT_EQ(good.payload.md5, std::nullopt);
  EXPECT_EQ(send("hello worlD", sha256_hex("hello world")).result, "XAmzContentSHA256Mismatch");
}

TEST(PayloadVerifierTest, ComputesMd5AndAChecksumWhenAsked) {
  const Outcome outcome =
      send("hello world", "UNSIGNED-PAYLOAD", {},
           {.md5 = true, .checksum_headers = true, .default_checksum = ChecksumAlgorithm::kCrc32});
  EXPECT_EQ(to_hex(outcome.payload.md5.value()), "5eb63bbbe01eeed093cb22bb8f5acdc3");
  EXPECT_EQ(outcome.payload.checksums,
            (std::vector<Checksum>{{ChecksumAlgorithm::kCrc32, "DUoRhQ=="}}));
}

TEST(PayloadVerifierTest, ChecksEachChecksumHeader) {
  for (const ChecksumName& name : kChecksums) {
    const std::string header(name.header);
    const std::string right = to_base64(hash(name.hash, "hello world"));
    const std::string wrong = to_base64(hash(name.hash, "hello worlD"));
    const Outcome good = send("hello world", sha256_hex("hello world"), {{header, right}});
    EXPECT_EQ(good.result, "accepted") << header;
    EXPECT_EQ(good.payload.checksums, (std::vector<Checksum>{{name.algorithm, right}}));
    EXPECT_EQ(send("hello world", "UNSIGNED-PAYLOAD", {{header, wrong}}).result, "BadDigest");
    PayloadOptions other;
    other.checksum_headers = false;
    EXPECT_EQ(send("hello world", "UNSIGNED-PAYLOAD", {{header, wrong}}, other).result, "accepted");
  }
}

TEST(PayloadVerifierTest, ChecksContentMd5) {
  const std::string right = to_base64(hash(HashKind::kMd5, "hello world"));
  EXPECT_EQ(send("hello world", "UNSIGNED-PAYLOAD", {{"Content-MD5", right}}).result, "accepted");
  EXPECT_EQ(send("hello worlD", "UNSIGNED-PAYLOAD", {{"Content-MD5", right}}).result, "BadDigest");
  EXPECT_EQ(send("hello world", "UNSIGNED-PAYLOAD", {{"Content-MD5", "x"}}).result,
            "InvalidDigest");
}

// What boto3 sends over https.
TEST(PayloadVerifierTest, ChecksATrailerOfAnUnsignedStream) {
  const Fields fields{{"Content-Encoding", "aws-chunked"},
                      {"x-amz-decoded-content-length", "11"},
                      {"x-amz-trailer", "x-amz-checksum-crc32"}};
  const std::string mode = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  const std::string chunks = "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:";
  const Outcome good = send(chunks + "DUoRhQ==\r\n\r\n", mode, fields);
  EXPECT_EQ(good.result, "accepted");
  EXPECT_EQ(good.body, "hello world");
  EXPECT_EQ(good.payload.checksums,
            (std::vector<Checksum>{{ChecksumAlgorithm::kCrc32, "DUoRhQ=="}}));
  EXPECT_EQ(send(chunks + "DUoRhA==\r\n\r\n", mode, fields).result, "BadDigest");
  EXPECT_EQ(send(chunks + "?\r\n\r\n", mode, fields).result, "InvalidRequest");
  EXPECT_EQ(send(chunks + "DUoRhQ==\r\n", mode, fields).result, "IncompleteBody");
  EXPECT_EQ(send("b\r\nhello world\r\n0\r\n\r\n", mode, fields).result, "MalformedTrailerError");
}

TEST(PayloadVerifierTest, WantsTheDecodedLengthOfAStream) {
  EXPECT_EQ(send("0\r\n\r\n", "STREAMING-UNSIGNED-PAYLOAD-TRAILER").result, "MissingContentLength");
  EXPECT_EQ(send("0\r\n\r\n", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                 {{"x-amz-decoded-content-length", "-1"}})
                .result,
            "MissingContentLength");
}

TEST(PayloadVerifierTest, DoesNotTakeASignedStreamWithoutSignatures) {
  EXPECT_EQ(send("3\r\nabc\r\n0\r\n\r\n", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                 {{"x-amz-decoded-content-length", "3"}})
                .result,
            "InvalidRequest");
}

TEST(PayloadVerifierTest, DecodesAnUnsignedPayloadThatIsChunked) {
  const Fields fields{{"Content-Encoding", "gzip,aws-chunked"},
                      {"x-amz-decoded-content-length", "3"}};
  EXPECT_EQ(send("3\r\nabc\r\n0\r\n\r\n", "UNSIGNED-PAYLOAD", fields).body, "abc");
}

TEST(PayloadVerifierTest, TakesNoTrailerThatCanNotCome) {
  EXPECT_EQ(send("abc", "UNSIGNED-PAYLOAD", {{"x-amz-trailer", "x-amz-checksum-crc32"}}).result,
            "InvalidRequest");
}

TEST(CollectingSinkTest, StopsAtItsLimit) {
  CollectingSink sink(5, [](const std::string& body, const VerifiedPayload&) {
    return http::Response{.status = 200, .headers = {}, .body = body, .head_length = {}};
  });
  const std::string text = "hello";
  sink.write(std::as_bytes(std::span(text)));
  EXPECT_EQ(std::get<std::string>(sink.finish({}).body), "hello");
  CollectingSink small(4, nullptr);
  EXPECT_THROW(small.write(std::as_bytes(std::span(text))), AwsError);
}

}  // namespace
}  // namespace sagebrush::aws
