#include <gtest/gtest.h>

#include "aws/codec.h"
#include "aws/registry.h"

namespace sagebrush::aws {
namespace {

http::Request make(std::string method, std::string path, std::string query = "",
                   std::vector<http::Headers::Field> headers = {}) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  for (auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

std::string routed(const http::Request& request, std::optional<std::string> bucket = {}) {
  try {
    Route route = match_rest_route(*find_service("s3"), request, bucket);
    std::string text(route.operation.name());
    if (!route.bucket.empty()) text += " " + route.bucket;
    if (!route.key.empty()) text += " " + route.key;
    return text;
  } catch (const AwsError& error) {
    return error.code();
  }
}

TEST(RestRoute, TellsOperationsOnTheSamePathApart) {
  EXPECT_EQ(routed(make("GET", "/")), "ListBuckets");
  EXPECT_EQ(routed(make("GET", "/b")), "ListObjects b");
  EXPECT_EQ(routed(make("GET", "/b/")), "ListObjects b");
  EXPECT_EQ(routed(make("GET", "/b", "list-type=2&prefix=a")), "ListObjectsV2 b");
  EXPECT_EQ(routed(make("GET", "/b", "location")), "GetBucketLocation b");
  EXPECT_EQ(routed(make("GET", "/b", "location=")), "GetBucketLocation b");
  EXPECT_EQ(routed(make("GET", "/b", "uploads=&prefix=x")), "ListMultipartUploads b");
  EXPECT_EQ(routed(make("HEAD", "/b")), "HeadBucket b");
  EXPECT_EQ(routed(make("PUT", "/b")), "CreateBucket b");
  EXPECT_EQ(routed(make("DELETE", "/b")), "DeleteBucket b");
  EXPECT_EQ(routed(make("POST", "/b", "delete")), "DeleteObjects b");
  EXPECT_EQ(routed(make("GET", "/b/k", "x-id=GetObject")), "GetObject b k");
  EXPECT_EQ(routed(make("GET", "/b/k", "partNumber=2")), "GetObject b k");
  EXPECT_EQ(routed(make("GET", "/b/k", "uploadId=u")), "ListParts b k");
  EXPECT_EQ(routed(make("PUT", "/b/k")), "PutObject b k");
  EXPECT_EQ(routed(make("PUT", "/b/k", "", {{"X-Amz-Copy-Source", "/a/k"}})), "CopyObject b k");
  EXPECT_EQ(routed(make("PUT", "/b/k", "partNumber=1&uploadId=u")), "UploadPart b k");
  EXPECT_EQ(routed(make("PUT", "/b/k", "partNumber=1&uploadId=u", {{"x-amz-copy-source", "/a/k"}})),
            "UploadPartCopy b k");
  EXPECT_EQ(routed(make("POST", "/b/k", "uploads")), "CreateMultipartUpload b k");
  EXPECT_EQ(routed(make("POST", "/b/k", "uploadId=u")), "CompleteMultipartUpload b k");
  EXPECT_EQ(routed(make("DELETE", "/b/k", "uploadId=u")), "AbortMultipartUpload b k");
  EXPECT_EQ(routed(make("DELETE", "/b/k")), "DeleteObject b k");
}

TEST(RestRoute, KnowsOperationsThatAreNotImplemented) {
  EXPECT_EQ(routed(make("PUT", "/b", "versioning")), "PutBucketVersioning b");
  EXPECT_EQ(routed(make("GET", "/b", "lifecycle")), "GetBucketLifecycleConfiguration b");
  EXPECT_EQ(routed(make("GET", "/b", "analytics&id=1")), "GetBucketAnalyticsConfiguration b");
  EXPECT_EQ(routed(make("GET", "/b", "analytics")), "ListBucketAnalyticsConfigurations b");
  EXPECT_EQ(routed(make("GET", "/b/k", "attributes")), "GetObjectAttributes b k");
  EXPECT_EQ(routed(make("GET", "/b/k", "tagging")), "GetObjectTagging b k");
}

TEST(RestRoute, NeverTakesASubresourceForThePlainRequest) {
  EXPECT_EQ(routed(make("DELETE", "/b", "acl")), "MethodNotAllowed");
  EXPECT_EQ(routed(make("PUT", "/b/k", "uploads")), "MethodNotAllowed");
  EXPECT_EQ(routed(make("PUT", "/b/k", "renameObject")), "NotImplemented");
  EXPECT_EQ(routed(make("POST", "/b")), "MethodNotAllowed");
  EXPECT_EQ(routed(make("PATCH", "/b/k")), "MethodNotAllowed");
}

TEST(RestRoute, KeepsKeysAsTheyAre) {
  EXPECT_EQ(routed(make("GET", "/b/a%2Fb/../c%20d//e/")), "GetObject b a/b/../c d//e/");
  EXPECT_EQ(routed(make("GET", "/b/a+b")), "GetObject b a+b");
  EXPECT_EQ(routed(make("GET", "/b//k")), "GetObject b /k");
  EXPECT_EQ(routed(make("GET", "/b/%zz")), "InvalidURI");
  EXPECT_EQ(routed(make("GET", "/b/%ff")), "InvalidURI");
}

TEST(RestRoute, TakesTheBucketFromTheHost) {
  EXPECT_EQ(routed(make("GET", "/k/l"), "b"), "GetObject b k/l");
  EXPECT_EQ(routed(make("GET", "/"), "b"), "ListObjects b");
  EXPECT_EQ(virtual_host_bucket("my.bucket.s3.localhost:9000", "s3.localhost"), "my.bucket");
  EXPECT_EQ(virtual_host_bucket("s3.localhost:9000", "s3.localhost"), std::nullopt);
  EXPECT_EQ(virtual_host_bucket("xs3.localhost", "s3.localhost"), std::nullopt);
  EXPECT_EQ(virtual_host_bucket("127.0.0.1:9000", "localhost"), std::nullopt);
}

}  // namespace
}  // namespace sagebrush::aws
