#include "aws/sigv4.h"

#include <gtest/gtest.h>

#include "aws/auth_error.h"
#include "aws/aws_error.h"
#include "aws/sigv4_canonical.h"
#include "base/hash.h"

namespace sagebrush::aws {
namespace {

constexpr const char* kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr const char* kSuiteSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

// The S3 API reference, "Signature Calculations for the Authorization Header", examples.
http::Request s3_request(const std::string& method, const std::string& path,
                         const std::string& query, const std::string& signed_headers,
                         const std::string& signature, const std::string& payload = kEmptyHash) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.query = query;
  request.headers.add("Host", "examplebucket.s3.amazonaws.com");
  request.headers.add("x-amz-content-sha256", payload);
  request.headers.add("x-amz-date", "20130524T000000Z");
  request.headers.add("Authorization",
                      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                      "aws4_request,SignedHeaders=" +
                          signed_headers + ",Signature=" + signature);
  return request;
}

http::Request get_object() {
  http::Request request =
      s3_request("GET", "/test.txt", "", "host;range;x-amz-content-sha256;x-amz-date",
                 "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  request.headers.add("Range", "bytes=0-9");
  return request;
}

http::Request presigned() {
  http::Request request;
  request.method = "GET";
  request.path = "/test.txt";
  request.query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
      "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
      "X-Amz-SignedHeaders=host&X-Amz-Signature="
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  request.headers.add("host", "examplebucket.s3.amazonaws.com");
  return request;
}

// The aws4_testsuite of the general reference.
http::Request suite_request(const std::string& method, const std::string& query,
                            const std::string& signed_headers, const std::string& signature,
                            const std::string& service = "service") {
  http::Request request;
  request.method = method;
  request.path = "/";
  request.query = query;
  request.headers.add("Host", "example.amazonaws.com");
  request.headers.add("X-Amz-Date", "20150830T123600Z");
  request.headers.add("Authorization",
                      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + service +
                          "/aws4_request, SignedHeaders=" + signed_headers +
                          ", Signature=" + signature);
  return request;
}

const Time kS3Time = from_amz_date("20130524T000000Z");
const Time kSuiteTime = from_amz_date("20150830T123600Z");

VerifiedSignature check(const http::Request& request, Time now = kS3Time) {
  const ParsedSignature parsed = parse_signature(request);
  return verify(parsed, request, kSecret, parsed.payload_hash, now);
}

void check_suite(const http::Request& request, const std::string& body = "",
                 Time now = kSuiteTime) {
  verify(parse_signature(request), request, kSuiteSecret, sha256_hex(body), now);
}

// The AwsError that `act` throws, as "code status message".
template <typename Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const AwsError& error) {
    return error.code() + " " + std::to_string(error.status()) + " " + error.message();
  }
  return "accepted";
}

template <typename Act>
std::string code(Act act) {
  const std::string text = refusal(act);
  return text.substr(0, text.find(' ', text.find(' ') + 1));
}

void replace_header(http::Request& request, std::string_view name, std::string_view from,
                    std::string_view to) {
  std::string value(request.headers.get(name));
  value.replace(value.find(from), from.size(), to);
  request.headers.set(name, value);
}

TEST(SigV4Test, AcceptsTheExamplesOfS3) {
  check(get_object());
  check(s3_request("GET", "/", "lifecycle", "host;x-amz-content-sha256;x-amz-date",
                   "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  check(s3_request("GET", "/", "max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date",
                   "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
  http::Request put = s3_request("PUT", "/test$file.text", "",
                                 "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                                 "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
                                 sha256_hex("Welcome to Amazon S3."));
  put.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  check(put);
  check(presigned());
}

TEST(SigV4Test, AcceptsTheTestSuite) {
  check_suite(suite_request("GET", "", "host;x-amz-date",
                            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
  check_suite(suite_request("GET", "Param2=value2&Param1=value1", "host;x-amz-date",
                            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
  http::Request post =
      suite_request("POST", "", "content-type;host;x-amz-date",
                    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
  post.headers.add("Content-Type", "application/x-www-form-urlencoded");
  check_suite(post, "Param1=value1");
  EXPECT_EQ(code([&] { check_suite(post, "Param1=value2"); }), "InvalidSignatureException 403");
}

TEST(SigV4Test, TellsWhatTheRequestClaims) {
  const ParsedSignature parsed = parse_signature(get_object());
  EXPECT_EQ(parsed.access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(parsed.date, "20130524");
  EXPECT_EQ(parsed.region, "us-east-1");
  EXPECT_EQ(parsed.service, "s3");
  EXPECT_FALSE(parsed.presigned);
  EXPECT_EQ(parsed.payload_mode, PayloadMode::kHash);
  const ParsedSignature url = parse_signature(presigned());
  EXPECT_TRUE(url.presigned);
  EXPECT_EQ(url.expires, std::chrono::seconds(86400));
  EXPECT_EQ(url.payload_mode, PayloadMode::kUnsigned);
}

TEST(SigV4Test, RefusesAnotherRequestUnderTheSameSignature) {
  http::Request request = get_object();
  request.path = "/test.txs";
  EXPECT_EQ(refusal([&] { check(request); }),
            "SignatureDoesNotMatch 403 The request signature we calculated does not match the "
            "signature you provided. Check your key and signing method.");
  request = get_object();
  request.method = "PUT";
  EXPECT_EQ(code([&] { check(request); }), "SignatureDoesNotMatch 403");
  request = get_object();
  request.query = "acl";
  EXPECT_EQ(code([&] { check(request); }), "SignatureDoesNotMatch 403");
  request = get_object();
  request.headers.set("Host", "otherbucket.s3.amazonaws.com");
  EXPECT_EQ(code([&] { check(request); }), "SignatureDoesNotMatch 403");
  request = get_object();
  replace_header(request, "authorization", "f0e8bdb8", "F0E8BDB8");
  EXPECT_EQ(code([&] { check(request); }), "SignatureDoesNotMatch 403");
  const ParsedSignature parsed = parse_signature(get_object());
  EXPECT_EQ(code([&] { verify(parsed, get_object(), "other", parsed.payload_hash, kS3Time); }),
            "SignatureDoesNotMatch 403");
}

TEST(SigV4Test, WantsHostAndEveryAmzHeaderSigned) {
  http::Request request = get_object();
  request.headers.add("X-Amz-Meta-Added", "1");
  EXPECT_EQ(refusal([&] { check(request); }),
            "AccessDenied 403 There were headers present in the request which were not signed");
  request = presigned();
  request.headers.add("x-amz-acl", "public-read");
  EXPECT_EQ(code([&] { check(request); }), "AccessDenied 403");
  request = get_object();
  replace_header(request, "authorization", "host;range", "range");
  EXPECT_EQ(code([&] { check(request); }), "AccessDenied 403");
}

TEST(SigV4Test, HoldsTheWindowOfS3) {
  using std::chrono::minutes;
  check(get_object(), kS3Time + minutes(15));
  check(get_object(), kS3Time - minutes(15));
  for (const auto away : {minutes(15), minutes(-15)}) {
    const auto more = std::chrono::seconds(away.count() > 0 ? 1 : -1);
    EXPECT_EQ(code([&] { check(get_object(), kS3Time + away + more); }),
              "RequestTimeTooSkewed 403");
  }
}

TEST(SigV4Test, HoldsTheWindowOfTheOthers) {
  const http::Request request =
      suite_request("GET", "", "host;x-amz-date",
                    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  check_suite(request, "", kSuiteTime + std::chrono::minutes(5));
  EXPECT_EQ(refusal([&] { check_suite(request, "", kSuiteTime + std::chrono::minutes(6)); }),
            "InvalidSignatureException 403 Signature expired: 20150830T123600Z is now earlier than "
            "20150830T123700Z (20150830T124200Z - 5 min.)");
  EXPECT_EQ(
      refusal([&] { check_suite(request, "", kSuiteTime - std::chrono::minutes(6)); }),
      "InvalidSignatureException 403 Signature not yet current: 20150830T123600Z is still later "
      "than 20150830T123500Z (20150830T123000Z + 5 min.)");
}

TEST(SigV4Test, EndsPresignedUrlsInTime) {
  check(presigned(), kS3Time + std::chrono::hours(24));
  EXPECT_EQ(refusal([] {
              check(presigned(), kS3Time + std::chrono::hours(24) + std::chrono::seconds(1));
            }),
            "AccessDenied 403 Request has expired");
  EXPECT_EQ(refusal([] { check(presigned(), kS3Time - std::chrono::minutes(16)); }),
            "AccessDenied 403 Request is not yet valid");
}

TEST(SigV4Test, RefusesExpiryOutOfRange) {
  for (const char* bad : {"604801", "-1", "x", "", "99999999999999999999"}) {
    http::Request request = presigned();
    request.query.replace(request.query.find("86400"), 5, bad);
    EXPECT_EQ(code([&] { parse_signature(request); }), "AuthorizationQueryParametersError 400")
        << bad;
  }
  http::Request request = presigned();
  request.query.replace(request.query.find("86400"), 5, "0");
  EXPECT_EQ(code([&] { check(request); }), "AccessDenied 403");
}

TEST(SigV4Test, RefusesTwoMechanismsAtOnce) {
  http::Request request = get_object();
  request.query = presigned().query;
  EXPECT_EQ(code([&] { parse_signature(request); }), "InvalidArgument 400");
  request.query = "X-Amz%2DSignature=1";
  EXPECT_EQ(code([&] { parse_signature(request); }), "InvalidArgument 400");
}

TEST(SigV4Test, RefusesParametersAndHeadersGivenTwice) {
  http::Request request = presigned();
  request.query += "&X-Amz-Expires=1";
  EXPECT_EQ(code([&] { parse_signature(request); }), "AuthorizationQueryParametersError 400");
  for (const char* name : {"Authorization", "x-amz-date", "x-amz-content-sha256"}) {
    request = get_object();
    request.headers.add(name, std::string(request.headers.get(name)));
    EXPECT_EQ(code([&] { parse_signature(request); }), "AuthorizationHeaderMalformed 400") << name;
  }
}

TEST(SigV4Test, RefusesMalformedAuthorization) {
  for (const char* bad :
       {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request",
        "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/2013/r/s3/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request, SignedHeaders=Host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request, SignedHeaders=host;host, "
        "Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request, SignedHeaders=host, "
        "Signature=0, Extra=1",
        "AWS4-HMAC-SHA256Credential=a/20130524/r/s3/aws4_request, SignedHeaders=host, "
        "Signature=0"}) {
    http::Request request = get_object();
    request.headers.set("Authorization", bad);
    EXPECT_EQ(code([&] { parse_signature(request); }), "AuthorizationHeaderMalformed 400") << bad;
  }
  http::Request request = get_object();
  request.headers.set("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=");
  EXPECT_EQ(code([&] { parse_signature(request); }), "InvalidRequest 400");
}

TEST(SigV4Test, WantsAValidDateOfTheScopesDay) {
  http::Request request = get_object();
  request.headers.set("x-amz-date", "20130525T000000Z");
  EXPECT_EQ(code([&] { parse_signature(request); }), "AuthorizationHeaderMalformed 400");
  request.headers.set("x-amz-date", "yesterday");
  EXPECT_EQ(code([&] { parse_signature(request); }), "AccessDenied 403");
  request.headers.erase("x-amz-date");
  EXPECT_EQ(code([&] { parse_signature(request); }), "AccessDenied 403");
  request.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  EXPECT_EQ(parse_signature(request).amz_date, "20130524T000000Z");
}

TEST(SigV4Test, KnowsNoOtherPayloadMode) {
  for (const char* bad :
       {"", "unsigned-payload", "STREAMING-UNSIGNED-PAYLOAD", "E3B0", "STREAMING-AWS4-HMAC-SHA256",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"}) {
    http::Request request = get_object();
    request.headers.set("x-amz-content-sha256", bad);
    EXPECT_EQ(code([&] { parse_signature(request); }), "InvalidArgument 400") << bad;
  }
  http::Request request = get_object();
  request.headers.erase("x-amz-content-sha256");
  EXPECT_EQ(refusal([&] { parse_signature(request); }),
            "InvalidRequest 400 Missing required header for this request: x-amz-content-sha256");
  request = suite_request("GET", "", "host;x-amz-content-sha256;x-amz-date", "0");
  request.headers.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  EXPECT_EQ(code([&] { parse_signature(request); }), "InvalidSignatureException 400");
}

TEST(SigV4Test, WordsRefusalsAsTheServiceDoes) {
  const auto refused = [](const std::string& service) {
    const http::Request request =
        suite_request("GET", "", "host;x-amz-date", std::string(64, '0'), service);
    return code([&] { check_suite(request); });
  };
  EXPECT_EQ(refused("sagemaker"), "InvalidSignatureException 403");
  EXPECT_EQ(refused("logs"), "InvalidSignatureException 403");
  EXPECT_EQ(refused("iam"), "SignatureDoesNotMatch 403");
  EXPECT_EQ(refused("sts"), "SignatureDoesNotMatch 403");
}

TEST(SigV4Test, SaysWhatIsMissing) {
  http::Request request;
  request.method = "GET";
  request.path = "/";
  EXPECT_FALSE(has_signature(request));
  EXPECT_EQ(code([&] { parse_signature(request); }), "AccessDenied 403");
  request.headers.add("X-Amz-Target", "SageMaker.ListTrainingJobs");
  EXPECT_EQ(code([&] { parse_signature(request); }), "MissingAuthenticationTokenException 403");
  EXPECT_TRUE(has_signature(get_object()));
  EXPECT_TRUE(has_signature(presigned()));
}

TEST(SigV4Test, ComparesTheRegion) {
  const ParsedSignature parsed = parse_signature(get_object());
  require_region(parsed, "us-east-1");
  EXPECT_EQ(refusal([&] { require_region(parsed, "eu-west-1"); }),
            "AuthorizationHeaderMalformed 400 The authorization header is malformed; the region "
            "'us-east-1' is wrong; expecting 'eu-west-1'");
}

TEST(SigV4Test, ForgetsTheSigningKeyOfAnOldSecret) {
  const http::Request request = get_object();
  const ParsedSignature parsed = parse_signature(request);
  verify(parsed, request, kSecret, parsed.payload_hash, kS3Time);
  EXPECT_EQ(code([&] { verify(parsed, request, "new", parsed.payload_hash, kS3Time); }),
            "SignatureDoesNotMatch 403");
  verify(parsed, request, kSecret, parsed.payload_hash, kS3Time);
}

TEST(AuthErrorTest, HasWordsForEachProblem) {
  for (int i = 0; i <= static_cast<int>(AuthProblem::kExpiredToken); ++i) {
    for (const char* service : {"s3", "sts", "logs"}) {
      const AwsError error = auth_error(static_cast<AuthProblem>(i), service);
      EXPECT_FALSE(error.message().empty()) << i;
      EXPECT_TRUE(error.status() == 400 || error.status() == 403) << i;
    }
  }
}

TEST(CanonicalPathTest, KeepsThePathsOfS3AsTheyAre) {
  EXPECT_EQ(canonical_path("", "s3"), "/");
  EXPECT_EQ(canonical_path("/a//b/../c/./", "s3"), "/a//b/../c/./");
  EXPECT_EQ(canonical_path("/a%20b", "s3"), "/a%20b");
  EXPECT_EQ(canonical_path("/a+b%2fc%7ed", "s3"), "/a%2Bb%2Fc~d");
  EXPECT_EQ(canonical_path("/a%2", "s3"), std::nullopt);
  EXPECT_EQ(canonical_path(".", "s3"), std::nullopt);
}

TEST(CanonicalPathTest, TidiesAndEncodesTwiceForTheOthers) {
  EXPECT_EQ(canonical_path("/a//b/../c/./", "sagemaker"), "/a/c/");
  EXPECT_EQ(canonical_path("/a%20b", "sagemaker"), "/a%2520b");
  EXPECT_EQ(canonical_path("/../..", "sagemaker"), "/");
  EXPECT_EQ(canonical_path(".", "sagemaker"), std::nullopt);
}

TEST(CanonicalQueryTest, SortsEncodesAndKeepsDuplicates) {
  const auto canonical = [](std::string_view raw) { return canonical_query(*parse_query(raw)); };
  EXPECT_EQ(canonical("b=2&a=2&a=1&c"), "a=1&a=2&b=2&c=");
  EXPECT_EQ(canonical("a=x+y%20z%2Bw"), "a=x%20y%20z%2Bw");
  EXPECT_EQ(canonical("a-=1&a=2&a%7E=3"), "a=2&a-=1&a~=3");
  EXPECT_EQ(canonical("X-Amz-Signature=1&a=b=c"), "a=b%3Dc");
  EXPECT_EQ(canonical("&&a=1&"), "a=1");
}

TEST(CanonicalHeadersTest, CollapsesAndJoins) {
  http::Headers headers;
  headers.add("My-Header", "  a   b\t c ");
  headers.add("my-header", "d");
  const std::vector<std::string> names{"absent", "my-header"};
  EXPECT_EQ(canonical_headers(headers, names), "absent:\nmy-header:a b c,d\n");
}

}  // namespace
}  // namespace sagebrush::aws
