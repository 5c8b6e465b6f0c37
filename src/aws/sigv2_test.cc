#include "aws/sigv2.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"
#include "aws/presigned_headers.h"
#include "base/hash.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr const char* kAuth = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175139620&Signature=";

// S3's user guide, "Query string request authentication alternative", example.
http::Request puppy(const std::string& signature = "NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D") {
  http::Request request;
  request.method = "GET";
  request.path = "/photos/puppy.jpg";
  request.query = kAuth + signature;
  request.headers.add("Host", "johnsmith.s3.amazonaws.com");
  return request;
}

const Time kBefore = from_seconds(1175139000);
const Time kAfter = from_seconds(1175139621);

VerifiedSignature check(const http::Request& request, Time now = kBefore,
                        const std::string& bucket = "johnsmith") {
  ParsedSignature parsed = parse_signature(request);
  parsed.host_bucket = bucket;
  return verify(parsed, request, kSecret, parsed.payload_hash, now);
}

std::string refusal(const http::Request& request, Time now = kBefore) {
  try {
    check(request, now);
  } catch (const AwsError& error) {
    return error.code();
  }
  return "none";
}

// The request with a signature that is right for it as it is.
http::Request signed_anew(http::Request request) {
  const std::string query = request.query;
  request.query += "&Signature=x";
  ParsedSignature parsed = parse_signature(request);
  parsed.host_bucket = "johnsmith";
  const std::string text = sigv2_string_to_sign(parsed, request, request.path);
  request.query = query + "&Signature=" + uri_encode(to_base64(hmac_sha1(kSecret, text)));
  return request;
}

http::Request unsigned_puppy(const std::string& more) {
  http::Request request = puppy();
  request.query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175139620" + more;
  return request;
}

TEST(SigV2Test, AcceptsTheExampleOfS3) {
  const VerifiedSignature verified = check(puppy());
  EXPECT_EQ(verified.parsed().access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(verified.parsed().payload_mode, PayloadMode::kUnsigned);
  EXPECT_EQ(verified.signing_key(), "");
  http::Request path_style = puppy();
  path_style.path = "/johnsmith/photos/puppy.jpg";
  EXPECT_NO_THROW(check(path_style, kBefore, ""));
}

TEST(SigV2Test, RefusesAnotherRequestUnderTheSameSignature) {
  http::Request other = puppy();
  other.method = "PUT";
  EXPECT_EQ(refusal(other), "SignatureDoesNotMatch");
  other = puppy();
  other.path = "/photos/kitten.jpg";
  EXPECT_EQ(refusal(other), "SignatureDoesNotMatch");
  for (const char* more : {"&acl", "&x-amz-meta-a=1", "&content-type=a%2Fb", "&versionId=1"}) {
    other = puppy();
    other.query += more;
    EXPECT_EQ(refusal(other), "SignatureDoesNotMatch") << more;
  }
  other = puppy();
  other.headers.add("x-amz-copy-source", "/b/k");
  EXPECT_EQ(refusal(other), "SignatureDoesNotMatch");
  EXPECT_EQ(refusal(puppy("")), "SignatureDoesNotMatch");
}

TEST(SigV2Test, RefusesParametersThatItDoesNotCover) {
  http::Request other = puppy();
  other.query += "&attributes";  // GetObjectAttributes
  EXPECT_EQ(refusal(other), "AccessDenied");
  other = puppy();
  other.query += "&prefix=a&list-type=2";
  EXPECT_EQ(refusal(other), "none");
}

TEST(SigV2Test, TakesABucketWithAndWithoutTheSlashButNoOtherKey) {
  const auto signed_for = [](const std::string& text, const std::string& path) {
    http::Request request = puppy(uri_encode(to_base64(hmac_sha1(kSecret, text))));
    request.path = path;
    return request;
  };
  const std::string head = "GET\n\n\n1175139620\n";
  EXPECT_NO_THROW(check(signed_for(head + "/johnsmith/", "/johnsmith"), kBefore, ""));
  EXPECT_NO_THROW(check(signed_for(head + "/johnsmith", "/johnsmith"), kBefore, ""));
  EXPECT_NO_THROW(check(signed_for(head + "/johnsmith", "/"), kBefore));
  EXPECT_THROW(check(signed_for(head + "/johnsmith/k/", "/k"), kBefore), AwsError);
  EXPECT_THROW(check(signed_for(head + "/johnsmith/k/", "/johnsmith/k"), kBefore, ""), AwsError);
}

TEST(SigV2Test, EndsInTime) {
  EXPECT_EQ(refusal(puppy(), kAfter), "AccessDenied");
  http::Request never = puppy();
  never.query = "AWSAccessKeyId=A&Signature=x&Expires=soon";
  EXPECT_EQ(refusal(never), "AccessDenied");
  never.query = "AWSAccessKeyId=A&Signature=x&Expires=99999999999999";
  EXPECT_EQ(refusal(never), "AccessDenied");
}

TEST(SigV2Test, WantsEachParameterOnce) {
  http::Request request = puppy();
  for (const char* query : {"AWSAccessKeyId=A&Signature=x", "AWSAccessKeyId=A&Expires=1",
                            "AWSAccessKeyId=A&Signature=x&Expires=1&Expires=9999999999"}) {
    request.query = query;
    EXPECT_EQ(refusal(request), "AccessDenied") << query;
  }
  request.query = "AWSAccessKeyId=A&Signature=x&Expires=1&X-Amz-Algorithm=AWS4-HMAC-SHA256";
  EXPECT_EQ(refusal(request), "InvalidArgument");
}

TEST(SigV2Test, IsForS3AndForUrlsOnly) {
  http::Request json = puppy();
  json.headers.add("X-Amz-Target", "SageMaker.ListTrainingJobs");
  EXPECT_EQ(refusal(json), "IncompleteSignatureException");
  http::Request header;
  header.method = "GET";
  header.path = "/johnsmith/photos/puppy.jpg";
  header.headers.add("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=");
  EXPECT_EQ(refusal(header), "InvalidRequest");
}

TEST(SigV2Test, SignsFieldsAndSubresources) {
  http::Request request = unsigned_puppy(
      "&uploadId=b%2B&partNumber=2&x-amz-security-token=t&content-type=text%2Fplain&max-parts=3");
  request.query += "&Signature=x";
  request.headers.add("X-Amz-Meta-B", " two ");
  request.headers.add("x-amz-meta-b", "three");
  request.headers.add("Content-MD5", "c8fdb181845a4ca6b8fec737b3581d76");
  ParsedSignature parsed = parse_signature(request);
  EXPECT_EQ(parsed.session_token, "t");
  EXPECT_EQ(sigv2_string_to_sign(parsed, request, request.path),
            "GET\nc8fdb181845a4ca6b8fec737b3581d76\ntext/plain\n1175139620\n"
            "x-amz-meta-b:two,three\nx-amz-security-token:t\n"
            "/photos/puppy.jpg?partNumber=2&uploadId=b+");
}

TEST(SigV2Test, TakesNoStreamedBody) {
  http::Request request = unsigned_puppy("");
  request.method = "PUT";
  request.headers.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  EXPECT_EQ(refusal(signed_anew(request)), "none");
  request = unsigned_puppy("&Signature=x");
  request.headers.add("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  EXPECT_EQ(refusal(request), "InvalidArgument");
}

TEST(PresignedHeadersTest, MovesFieldsOutOfTheQuery) {
  http::Request request = unsigned_puppy("&x-amz-meta-a=1&content-type=a%2Fb&x-amz-acl=private");
  request.headers.add("X-Amz-Acl", "public-read");
  const http::Request whole = with_presigned_headers(request, 2);
  EXPECT_EQ(whole.headers.get("x-amz-meta-a"), "1");
  EXPECT_EQ(whole.headers.get("content-type"), "a/b");
  EXPECT_EQ(whole.headers.get("x-amz-acl"), "public-read");
  request.query = "X-Amz-Date=1&X-Amz-Security-Token=t&content-type=a&X-Amz-Meta-B=2";
  const http::Request newer = with_presigned_headers(request, 4);
  EXPECT_EQ(newer.headers.get("x-amz-meta-b"), "2");
  EXPECT_EQ(newer.headers.size(), request.headers.size() + 1);
}

TEST(PresignedHeadersTest, RefusesWhatNoHeaderCanHold) {
  http::Request request;
  for (const char* query : {"x-amz-meta-a=1%0d%0ab%3a2", "x-amz-meta-a%0a=1", "x-amz-meta-%3a=1"}) {
    request.query = query;
    EXPECT_THROW(with_presigned_headers(request, 4), AwsError) << query;
  }
}

}  // namespace
}  // namespace sagebrush::aws
