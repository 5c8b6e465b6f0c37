// Bodies of any size, both ways, in bounded memory.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/file.h"
#include "base/hash.h"
#include "http/client.h"
#include "http/server.h"
#include "http/test_handler.h"
#include "http/test_peer.h"

namespace sagebrush::http {
namespace {

using testing::EndsWith;
using testing::StartsWith;

constexpr std::size_t kLarge = 64 * 1024 * 1024;

// The most memory the process has held since the last reset, in KiB (proc(5)).
long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return -1;
}

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

class HashingReceiver : public Receiver {
 public:
  explicit HashingReceiver(std::atomic<std::size_t>& largest) : largest_(largest) {}
  void write(std::span<const std::byte> piece) override {
    hasher_.update(piece);
    if (piece.size() > largest_) largest_ = piece.size();
  }
  Response finish() override { return text_response(hasher_.finish()); }

 private:
  Hasher hasher_{HashKind::kSha256};
  std::atomic<std::size_t>& largest_;
};

struct Fixture {
  std::atomic<std::size_t> largest_piece = 0;
  TestHandler handler{[this](auto) { return std::make_unique<HashingReceiver>(largest_piece); }};
  Server server{{}, handler};
  Fixture() { server.start(); }
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

TEST(ServerStream, TakesALargeBodyInBoundedMemory) {
  Fixture fixture;
  const std::string block = pattern(1024 * 1024);
  Hasher expected(HashKind::kSha256);
  TestPeer peer(fixture.server.port());
  reset_peak_memory();
  const long before = peak_memory_kib();
  peer.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n");
  for (std::size_t sent = 0; sent < kLarge; sent += block.size()) {
    expected.update(block);
    peer.send(block);
  }
  EXPECT_THAT(peer.read_response(), EndsWith(expected.finish()));
  EXPECT_LE(fixture.largest_piece, 512U * 1024);
  EXPECT_LT(peak_memory_kib() - before, 16 * 1024);
}

TEST(ServerStream, TakesALargeChunkedBodyAndTheRequestBehindIt) {
  Fixture fixture;
  const std::string body = pattern(3'000'000);
  TestPeer peer(fixture.server.port());
  std::string wire = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0, size = 1; at < body.size(); at += size, size = size * 3 % 70001 + 1) {
    char line[32];
    const std::string chunk = body.substr(at, size);
    std::snprintf(line, sizeof line, "%zx;ext=1\r\n", chunk.size());
    wire += line + chunk + "\r\n";
  }
  wire += "0\r\nX-Trailer: dropped\r\n\r\nPUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  std::thread sender([&] { peer.send(wire); });
  EXPECT_THAT(peer.read_response(), EndsWith(hash(HashKind::kSha256, body)));
  EXPECT_THAT(peer.read_response(), EndsWith(hash(HashKind::kSha256, "ab")));
  sender.join();
}

TEST(ServerStream, TakesBodiesOfEverySizeAroundItsLimits) {
  Fixture fixture;
  Client client(parse_endpoint("http://127.0.0.1:" + std::to_string(fixture.server.port())));
  for (const std::size_t edge : {std::size_t{0}, std::size_t{8192}, std::size_t{65536},
                                 std::size_t{524288}, std::size_t{1048576}}) {
    for (const int offset : {-1, 0, 1}) {
      if (edge == 0 && offset < 0) continue;
      ClientRequest request;
      request.method = "PUT";
      const std::string body = pattern(edge + static_cast<std::size_t>(offset));
      request.body = body;
      EXPECT_EQ(client.send(request).body, hash(HashKind::kSha256, body)) << edge << offset;
    }
  }
}

TEST(ServerStream, SendsALargeFileInBoundedMemory) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "large";
  const std::string block = pattern(1024 * 1024);
  Hasher expected(HashKind::kSha256);
  {
    const File out = File::open(path, O_CREAT | O_WRONLY);
    for (std::size_t size = 0; size < kLarge; size += block.size()) {
      out.write_all(block);
      expected.update(block);
    }
  }
  const auto file = std::make_shared<const File>(File::open(path, O_RDONLY));
  TestHandler handler([&file](auto) {
    Response response;
    response.body = std::vector<FileSegment>{{file, 0, 1000}, {file, 1000, kLarge - 1000}};
    return response;
  });
  Server server({}, handler);
  server.start();
  Client client(parse_endpoint("http://127.0.0.1:" + std::to_string(server.port())));
  reset_peak_memory();
  const long before = peak_memory_kib();
  Hasher got(HashKind::kSha256);
  client.send({}, [&got](std::span<const std::byte> piece) { got.update(piece); });
  EXPECT_EQ(got.finish(), expected.finish());
  EXPECT_LT(peak_memory_kib() - before, 16 * 1024);

  ClientRequest head;
  head.method = "HEAD";
  EXPECT_EQ(client.send(head).headers.get("Content-Length"), std::to_string(kLarge));
  EXPECT_EQ(client.send({}, [](auto) {}).status, 200) << "the connection outlives a HEAD";
}

TEST(ServerStream, ClosesWhenAFileIsShorterThanPromised) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "short";
  write_file_atomically(path, std::string(1'000'000, 'x'));
  const auto file = std::make_shared<const File>(File::open(path, O_RDONLY));
  TestHandler handler([&file](auto) {
    Response response;
    response.body = std::vector<FileSegment>{{file, 0, 2'000'000}};
    return response;
  });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = peer.read_to_close();
  EXPECT_LT(answer.size(), 2'000'000U);
}

TEST(ServerStream, SendsALargeTextWhole) {
  const std::string text = pattern(5'000'000);
  TestHandler handler([&text](auto) { return text_response(text); });
  Server server({}, handler);
  server.start();
  Client client(parse_endpoint("http://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_TRUE(client.send({}).body == text);
}

}  // namespace
}  // namespace sagebrush::http
