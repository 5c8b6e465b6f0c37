// What the server refuses and what it does not wait for.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>

#include "http/server.h"
#include "http/test_handler.h"
#include "http/test_peer.h"

namespace sagebrush::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Refused {
  std::string name;
  std::string request;
  int status;
};

void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.name;
}

class RefusedRequest : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequest, IsAnsweredAndNothingAfterItIsRead) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.try_send(GetParam().request + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = peer.read_to_close();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(GetParam().status)));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("smuggled")));
}

std::string post(const std::string& fields, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

INSTANTIATE_TEST_SUITE_P(
    Server, RefusedRequest,
    testing::Values(
        Refused{"LengthAndChunked",
                post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        Refused{"TwoLengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
        Refused{"EqualLengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
        Refused{"LengthList", post("Content-Length: 1, 1\r\n", "a"), 400},
        Refused{"SignedLength", post("Content-Length: +1\r\n", "a"), 400},
        Refused{"UnknownCoding", post("Transfer-Encoding: chunked, x\r\n", ""), 400},
        Refused{"Folded", post("X: a\r\n b\r\n", ""), 400},
        Refused{"SpaceBeforeColon", post("Content-Length : 1\r\n", "a"), 400},
        Refused{"BareLf", "GET / HTTP/1.1\nHost: h\n\n", 400},
        Refused{"Nul", post(std::string("X: \0\r\n", 6), ""), 400},
        Refused{"TwoHosts", post("Host: i\r\n", ""), 400},
        Refused{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Refused{"BadChunkSize", post("Transfer-Encoding: chunked\r\n", "5x\r\nhello\r\n"), 400},
        Refused{"BadChunkEnd", post("Transfer-Encoding: chunked\r\n", "5\r\nhelloxx0\r\n"), 400},
        Refused{"LongUri", "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
        Refused{"LargeHead", post("X: " + std::string(70000, 'a') + "\r\n", ""), 431},
        Refused{"EndlessHead", "GET / HTTP/1.1\r\nX: " + std::string(200000, 'a'), 431},
        Refused{"UnknownExpectation", post("Expect: a miracle\r\n", ""), 417},
        Refused{"NoHttp", "hello there\r\n\r\n", 400}),
    [](const testing::TestParamInfo<Refused>& info) { return info.param.name; });

TEST(ServerLimits, ClosesAtOnceOnAClientHelloOnThePlainPort) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  EXPECT_EQ(peer.read_to_close(), "");
}

TEST(ServerLimits, WaitsForAHeaderOnlySoLong) {
  TestHandler handler;
  ServerOptions options;
  // Long enough for `second` to say all that it wants to in time.
  options.header_timeout = std::chrono::milliseconds(500);
  Server server(options, handler);
  server.start();
  TestPeer silent(server.port());
  TestPeer half(server.port());
  half.send("GET / HTTP/1.1\r\nHos");
  TestPeer second(server.port());
  second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  second.read_response();
  second.send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(silent.read_to_close(), "");
  EXPECT_EQ(half.read_to_close(), "");
  EXPECT_EQ(second.read_to_close(), "");
}

TEST(ServerLimits, WaitsForTheNextRequestOnlySoLong) {
  TestHandler handler;
  ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds(40);
  Server server(options, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.read_response();
  EXPECT_EQ(peer.read_to_close(), "");
}

// Says when it is destroyed, and whether it was finished.
class WatchedReceiver : public Receiver {
 public:
  WatchedReceiver(Signal& begun, Signal& destroyed, std::atomic<bool>& finished)
      : begun_(begun), destroyed_(destroyed), finished_(finished) {}
  ~WatchedReceiver() override { destroyed_.set(); }
  void write(std::span<const std::byte>) override { begun_.set(); }
  Response finish() override {
    finished_ = true;
    return {};
  }

 private:
  Signal& begun_;
  Signal& destroyed_;
  std::atomic<bool>& finished_;
};

struct Watch {
  Signal begun;
  Signal destroyed;
  std::atomic<bool> finished = false;
  TestHandler handler{[this](auto) -> TestHandler::Outcome {
    return std::make_unique<WatchedReceiver>(begun, destroyed, finished);
  }};
};

TEST(ServerLimits, DropsTheReceiverOfABodyThatComesTooSlowly) {
  Watch watch;
  ServerOptions options;
  options.body_grace = std::chrono::milliseconds(40);
  Server server(options, watch.handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  watch.destroyed.wait();
  EXPECT_FALSE(watch.finished);
  EXPECT_EQ(peer.read_to_close(), "");
}

TEST(ServerLimits, DropsTheReceiverWhenTheClientVanishes) {
  for (const bool reset : {false, true}) {
    Watch watch;
    Server server({}, watch.handler);
    server.start();
    TestPeer peer(server.port());
    peer.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
    watch.begun.wait();
    if (reset) {
      peer.reset();
    } else {
      peer.finish_sending();
    }
    watch.destroyed.wait();
    EXPECT_FALSE(watch.finished);
  }
}

TEST(ServerLimits, DropsAResponseThatNobodyReads) {
  Signal dropped;
  TestHandler handler([&dropped](auto) {
    Response response;
    auto* file = new File(File::open("/dev/zero", 0));
    response.body =
        std::vector<FileSegment>{{std::shared_ptr<const File>(file,
                                                              [&dropped](const File* f) {
                                                                delete f;
                                                                dropped.set();
                                                              }),
                                  0, std::uint64_t{1} << 40}};
    return response;
  });
  ServerOptions options;
  options.body_grace = std::chrono::milliseconds(40);
  options.body_min_bytes_per_second = std::uint64_t{1} << 40;
  options.idle_timeout = std::chrono::milliseconds(100);
  Server server(options, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  dropped.wait();
}

TEST(ServerLimits, LetsFurtherConnectionsWaitAtTheLimit) {
  std::atomic<bool> third_seen = false;
  TestHandler handler([&](auto request) {
    if (request->path == "/third") third_seen = true;
    return text_response("ok");
  });
  ServerOptions options;
  options.max_connections = 2;
  Server server(options, handler);
  server.start();
  TestPeer first(server.port());
  TestPeer second(server.port());
  for (TestPeer* peer : {&first, &second}) {
    peer->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    peer->read_response();
  }
  TestPeer third(server.port());
  third.send("GET /third HTTP/1.1\r\nHost: h\r\n\r\n");
  for (int i = 0; i < 50; ++i) {
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    first.read_response();
  }
  EXPECT_FALSE(third_seen);
  first.finish_sending();
  EXPECT_THAT(third.read_response(), EndsWith("ok"));
}

// Says when a line with `text` was logged.
class LogWatch : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LogWatch(std::string text, Signal& seen) : text_(std::move(text)), seen_(seen) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view line(message.payload.data(), message.payload.size());
    if (line.find(text_) != std::string_view::npos) seen_.set();
  }
  void flush_() override {}

  std::string text_;
  Signal& seen_;
};

// Lowers the number of descriptors this process may have, for as long as it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t descriptors) {
    if (::getrlimit(RLIMIT_NOFILE, &before_) != 0) throw std::runtime_error("getrlimit");
    const rlimit now{descriptors, before_.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &now) != 0) throw std::runtime_error("setrlimit");
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// Needs no descriptor to copy: a process may be started with its standard input closed.
rlim_t lowest_free_descriptor() {
  const int found = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (found < 0) throw std::runtime_error("open /dev/null");
  ::close(found);
  return static_cast<rlim_t>(found);
}

TEST(ServerLimits, OutlivesALackOfFileDescriptors) {
  Signal refused;
  const auto logger = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "watched", std::make_shared<LogWatch>("can't accept a connection", refused)));
  TestHandler handler;
  Server server({}, handler);
  server.start();
  // Once it has answered, the server's threads have opened what they need for themselves.
  TestPeer early(server.port());
  early.send("GET /early HTTP/1.1\r\nHost: h\r\n\r\n");
  early.read_response();
  TestPeer late{TestPeer::Unconnected{}};
  std::optional<DescriptorLimit> none_left(std::in_place, lowest_free_descriptor());
  late.connect(server.port());
  refused.wait();
  none_left.reset();
  late.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(late.read_response(), EndsWith("GET /late?|"));
  server.stop(std::chrono::milliseconds(0));
  spdlog::set_default_logger(logger);
}

TEST(ServerLimits, ASlowClientHoldsNoWorker) {
  TestHandler handler;
  ServerOptions options;
  options.worker_threads = 1;
  Server server(options, handler);
  server.start();
  TestPeer slow_small(server.port());
  slow_small.send("PUT /s HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  TestPeer slow_large(server.port());
  slow_large.send("PUT /l HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc");
  TestPeer quick(server.port());
  quick.send("GET /q HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(quick.read_response(), EndsWith("GET /q?|"));
}

}  // namespace
}  // namespace sagebrush::http
