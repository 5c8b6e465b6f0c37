#include "aws/s3_client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <mutex>

#include "aws/sigv4_canonical.h"
#include "aws/test_server.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

// As much of S3 as the client asks for.
class FakeS3 {
 public:
  FakeS3()
      : server_([this](const auto& request, const auto& body) { return answer(request, body); }) {}
  S3Client client(const std::string& region = "us-east-1") {
    return S3Client(server_.client(region));
  }

  std::map<std::string, std::string> objects;  // by raw path
  std::map<std::string, http::Headers> headers;
  std::vector<std::string> calls;  // "PUT /bucket/key?query"
  bool fail_part_2 = false;
  std::string last_body;

 private:
  http::Response answer(const http::Request& request, const std::string& body) {
    const std::lock_guard lock(mutex_);
    calls.push_back(request.method + " " + request.path +
                    (request.query.empty() ? "" : "?" + request.query));
    last_body = body;
    if (request.query == "uploads=") {
      return TestServer::respond(200,
                                 "<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                                 "</InitiateMultipartUploadResult>");
    }
    if (request.query.starts_with("uploadId=")) return multipart(request, body);
    if (request.query.starts_with("list-type=2")) return list(request);
    if (request.method == "PUT") {
      objects[request.path] = body;
      headers.insert_or_assign(request.path, request.headers);
      http::Response response;
      response.headers.add("ETag", "\"" + to_hex(hash(HashKind::kMd5, body)) + "\"");
      return response;
    }
    if (request.method == "DELETE") {
      objects.erase(request.path);
      return TestServer::respond(204, "");
    }
    const auto found = objects.find(request.path);
    if (found == objects.end()) {
      return TestServer::respond(404, "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");
    }
    http::Response response;
    response.headers.add("ETag", "\"" + to_hex(hash(HashKind::kMd5, found->second)) + "\"");
    response.headers.add("Last-Modified", "Sat, 31 Jan 2026 12:00:00 GMT");
    response.headers.add("Content-Type", "text/plain");
    response.headers.add("X-Amz-Meta-Colour", "green");
    if (request.method == "HEAD") {
      response.head_length = found->second.size();
    } else {
      response.body = found->second;
    }
    return response;
  }

  http::Response multipart(const http::Request& request, const std::string& body) {
    if (request.method == "DELETE") return TestServer::respond(204, "");
    if (request.method == "POST") {
      return TestServer::respond(200, fail_complete
                                          ? "  <Error><Code>InternalError</Code></Error>"
                                          : "<CompleteMultipartUploadResult><ETag>\"abc-2\"</ETag>"
                                            "</CompleteMultipartUploadResult>");
    }
    if (fail_part_2 && request.query.ends_with("partNumber=2")) {
      return TestServer::respond(507, "<Error><Code>InsufficientStorage</Code></Error>");
    }
    part_bytes += body.size();
    http::Response response;
    response.headers.add("ETag", "\"part" + request.query.substr(request.query.size() - 1) + "\"");
    return response;
  }

  static http::Response list(const http::Request& request) {
    const bool second = request.query.find("continuation-token=") != std::string::npos;
    const std::string content = "<Contents><Key>" + std::string(second ? "b" : "a%2Bx+y%00") +
                                "</Key><LastModified>2026-01-31T12:00:00.000Z</LastModified>"
                                "<ETag>&quot;e&quot;</ETag><Size>7</Size></Contents>";
    return TestServer::respond(
        200, "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>" +
                 std::string(second ? "false" : "true") + "</IsTruncated>" + content +
                 "<CommonPrefixes><Prefix>p%2F</Prefix></CommonPrefixes>"
                 "<NextContinuationToken>t+/=</NextContinuationToken>"
                 "<EncodingType>url</EncodingType></ListBucketResult>");
  }

 public:
  bool fail_complete = false;
  std::uint64_t part_bytes = 0;

 private:
  std::mutex mutex_;
  TestServer server_;
};

TEST(S3ClientTest, PutsAndGetsObjects) {
  FakeS3 s3;
  S3Client client = s3.client();
  PutOptions options;
  options.content_type = "text/plain";
  options.metadata = {{"colour", "green"}};
  EXPECT_EQ(client.put_object("bucket", "a b/ü+.txt", "hello", options),
            "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(s3.objects.at("/bucket/a%20b/%C3%BC%2B.txt"), "hello");
  const auto& headers = s3.headers.at("/bucket/a%20b/%C3%BC%2B.txt");
  EXPECT_EQ(headers.get("x-amz-meta-colour"), "green");
  EXPECT_EQ(headers.get("x-amz-checksum-crc32"), to_base64(hash(HashKind::kCrc32, "hello")));
  EXPECT_EQ(client.get_object("bucket", "a b/ü+.txt"), "hello");
  const auto head = client.head_object("bucket", "a b/ü+.txt");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size, 5U);
  EXPECT_EQ(head->etag, "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(to_iso8601(head->last_modified), "2026-01-31T12:00:00.000Z");
  EXPECT_EQ(head->metadata.at("colour"), "green");
  client.delete_object("bucket", "a b/ü+.txt");
  EXPECT_FALSE(client.head_object("bucket", "a b/ü+.txt"));
  EXPECT_THROW(client.get_object("bucket", "a b/ü+.txt"), AwsError);
}

TEST(S3ClientTest, CopiesFilesBothWays) {
  const TemporaryDirectory directory;
  FakeS3 s3;
  S3Client client = s3.client();
  const std::string content(3'000'000, 'x');
  write_file_atomically(directory.path() / "in", content);
  PutOptions options;
  std::uint64_t progress = 0;
  options.on_progress = [&](std::uint64_t sent) { progress = sent; };
  client.put_file("bucket", "key", directory.path() / "in", options);
  EXPECT_EQ(progress, content.size());
  client.get_file("bucket", "key", directory.path() / "out");
  EXPECT_EQ(read_file(directory.path() / "out"), content);
  EXPECT_THROW(client.get_file("bucket", "absent", directory.path() / "no"), AwsError);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++files;
  }
  EXPECT_EQ(files, 2U);
}

http::FileSegment big_file(const std::filesystem::path& path, std::uint64_t bytes) {
  const File file = File::open(path, O_RDWR | O_CREAT);
  if (::ftruncate(file.fd(), static_cast<off_t>(bytes)) != 0) throw_errno("ftruncate");
  return {std::make_shared<const File>(File::open(path, O_RDONLY)), 0, bytes};
}

TEST(S3ClientTest, SendsBigFilesInParts) {
  const TemporaryDirectory directory;
  FakeS3 s3;
  constexpr std::uint64_t kBytes = 64 * 1024 * 1024 + 5;
  PutOptions options;
  std::uint64_t progress = 0;
  options.on_progress = [&](std::uint64_t sent) { progress = sent; };
  EXPECT_EQ(
      s3.client().put_segment("bucket", "key", big_file(directory.path() / "big", kBytes), options),
      "abc-2");
  EXPECT_EQ(s3.part_bytes, kBytes);
  EXPECT_EQ(progress, kBytes);
  EXPECT_EQ(s3.calls,
            (std::vector<std::string>{
                "POST /bucket/key?uploads=", "PUT /bucket/key?uploadId=u%2F1&partNumber=1",
                "PUT /bucket/key?uploadId=u%2F1&partNumber=2", "POST /bucket/key?uploadId=u%2F1"}));
  EXPECT_NE(s3.last_body.find("<Part><PartNumber>2</PartNumber><ETag>\"part2\"</ETag>"
                              "<ChecksumCRC32>"),
            std::string::npos)
      << s3.last_body;
}

TEST(S3ClientTest, LeavesNoPartsWhenOneFails) {
  const TemporaryDirectory directory;
  FakeS3 s3;
  s3.fail_part_2 = true;
  const auto segment = big_file(directory.path() / "big", 64 * 1024 * 1024 + 5);
  EXPECT_THROW(s3.client().put_segment("bucket", "key", segment), AwsError);
  EXPECT_EQ(s3.calls.back(), "DELETE /bucket/key?uploadId=u%2F1");
  s3.fail_part_2 = false;
  s3.fail_complete = true;  // with the status 200
  EXPECT_THROW(s3.client().put_segment("bucket", "key", segment), AwsError);
  EXPECT_EQ(s3.calls.back(), "DELETE /bucket/key?uploadId=u%2F1");
}

TEST(S3ClientTest, ListsAllPages) {
  FakeS3 s3;
  S3Client client = s3.client();
  const auto objects = client.list_objects("bucket", "p/ ");
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].key, std::string("a+x y\0", 6));
  EXPECT_EQ(objects[0].size, 7U);
  EXPECT_EQ(objects[0].etag, "e");
  EXPECT_EQ(to_iso8601(objects[0].last_modified), "2026-01-31T12:00:00.000Z");
  EXPECT_EQ(objects[1].key, "b");
  EXPECT_NE(s3.calls[0].find("prefix=p%2F%20"), std::string::npos);
  EXPECT_NE(s3.calls[1].find("continuation-token=t%2B%2F%3D"), std::string::npos);
  EXPECT_EQ(client.list_page("bucket", "", "", "/").common_prefixes,
            (std::vector<std::string>{"p/"}));
}

TEST(S3ClientTest, MakesBucketsWhereTheRegionSays) {
  FakeS3 s3;
  EXPECT_FALSE(s3.client().has_bucket("bucket"));
  s3.client().create_bucket("bucket");
  EXPECT_EQ(s3.last_body, "");
  EXPECT_TRUE(s3.client().has_bucket("bucket"));
  s3.client("eu-west-1").create_bucket("bucket");
  EXPECT_NE(s3.last_body.find("<LocationConstraint>eu-west-1<"), std::string::npos);
}

}  // namespace
}  // namespace sagebrush::aws
