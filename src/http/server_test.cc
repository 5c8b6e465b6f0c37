#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "base/error.h"
#include "http/test_handler.h"
#include "http/test_peer.h"

namespace sagebrush::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::chrono::milliseconds kGrace{10000};

TEST(Server, AnswersWithTheHeadersThatAreTheServers) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET /a%20b?x=1&y HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = peer.read_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nServer: Sagebrush\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /a%20b?x=1&y|"));
}

TEST(Server, KeepsTheConnection) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  for (int i = 0; i < 100; ++i) {
    const std::string body = "body " + std::to_string(i);
    peer.send("PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
    EXPECT_THAT(peer.read_response(), EndsWith("PUT /k?|" + body));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    const std::string path = "/" + std::to_string(i);
    requests += "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
    requests += "PUT " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    requests += "PUT " + path +
                " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n";
  }
  std::thread sender([&] { peer.send(requests); });
  for (int i = 0; i < 200; ++i) {
    const std::string path = "/" + std::to_string(i);
    EXPECT_THAT(peer.read_response(), EndsWith("GET " + path + "?|"));
    EXPECT_THAT(peer.read_response(), EndsWith("PUT " + path + "?|abc"));
    EXPECT_THAT(peer.read_response(), EndsWith("PUT " + path + "?|xy"));
  }
  sender.join();
}

TEST(Server, ClosesWhenAsked) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = peer.read_to_close();
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("GET /?|"));
}

TEST(Server, ClosesAfterHttp10) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(peer.read_to_close(), EndsWith("GET /?|"));
}

TEST(Server, HeadStatesTheLengthAndSendsNoBody) {
  TestHandler handler([](auto) {
    Response response;
    response.head_length = 12345;
    return response;
  });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  for (int i = 0; i < 2; ++i) {
    peer.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("\r\nContent-Length: 12345\r\n"));
  }
}

TEST(Server, SendsNoBodyWithout) {
  TestHandler handler([](auto request) {
    return text_response("never seen", request->path == "/204" ? 204 : 304);
  });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  for (const std::string status : {"204", "304", "204"}) {
    peer.send("GET /" + status + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string head = peer.read_until("\r\n\r\n");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 " + status));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  }
}

TEST(Server, SendsContinueOnlyOnceTheHandlerWantsTheBody) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  for (int i = 0; i < 2; ++i) {
    peer.send("PUT /e HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hello");
    EXPECT_THAT(peer.read_response(), EndsWith("PUT /e?|hello"));
  }
}

TEST(Server, AnswersInPlaceOfContinueWhenTheBodyIsNotWanted) {
  TestHandler handler([](auto) { return text_response("no", 412); });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("PUT /e HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = peer.read_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 412 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  peer.finish_sending();
  EXPECT_EQ(peer.read_to_close(), "");
}

TEST(Server, SkipsAShortBodyThatIsNotWanted) {
  TestHandler handler([](auto request) { return text_response(request->path); });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  const std::string body(500000, 'x');
  for (int i = 0; i < 3; ++i) {
    peer.send("PUT /long HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n" + body);
    EXPECT_THAT(peer.read_response(), EndsWith("/long"));
  }
}

TEST(Server, AnswersAndClosesWhenALongBodyIsNotWanted) {
  TestHandler handler([](auto) { return text_response("denied", 403); });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("PUT /long HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\nthe start");
  const std::string answer = peer.read_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  peer.finish_sending();
  EXPECT_EQ(peer.read_to_close(), "");
}

class ThrowingReceiver : public Receiver {
 public:
  explicit ThrowingReceiver(std::string where) : where_(std::move(where)) {}
  void write(std::span<const std::byte>) override {
    if (where_ == "/write") throw std::runtime_error("secret inside of write");
  }
  Response finish() override { throw std::runtime_error("secret inside of finish"); }

 private:
  std::string where_;
};

TEST(Server, AnswersExceptionsWith500AndGoesOn) {
  TestHandler handler([](auto request) -> TestHandler::Outcome {
    if (request->path == "/begin") throw std::runtime_error("secret inside of begin");
    if (request->path == "/fine") return text_response("fine");
    return std::make_unique<ThrowingReceiver>(request->path);
  });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  for (const std::string path : {"/begin", "/write", "/finish"}) {
    peer.send("PUT " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
    const std::string answer = peer.read_response();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 ")) << path;
    EXPECT_THAT(answer, Not(HasSubstr("secret"))) << path;
  }
  peer.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(peer.read_response(), EndsWith("fine"));
}

TEST(Server, AnswersAnExceptionWithinALongBody) {
  TestHandler handler([](auto) { return std::make_unique<ThrowingReceiver>("/write"); });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("PUT /long HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\nthe start");
  peer.try_send(std::string(1000000, 'x'));
  EXPECT_THAT(peer.read_response(), StartsWith("HTTP/1.1 500 "));
}

TEST(Server, RefusesResponseHeadersThatWouldSplitTheResponse) {
  TestHandler handler([](auto) {
    Response response = text_response("x");
    response.headers.add("X-Evil", "a\r\nSet-Cookie: b");
    return response;
  });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = peer.read_response();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
}

class QuickHandler : public TestHandler {
 public:
  using TestHandler::TestHandler;
  bool quick(const Request& request) const override { return request.path != "/slow"; }
};

TEST(Server, RunsQuickRequestsOnTheIoThread) {
  std::mutex mutex;
  std::vector<std::thread::id> threads;
  QuickHandler handler([&](auto) {
    const std::scoped_lock lock(mutex);
    threads.push_back(std::this_thread::get_id());
    return text_response("");
  });
  Server server({}, handler);
  server.start();
  TestPeer peer(server.port());
  for (const std::string path : {"/a", "/slow", "/b"}) {
    peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    peer.read_response();
  }
  EXPECT_EQ(threads[0], threads[2]);
  EXPECT_NE(threads[0], threads[1]);
}

TEST(Server, StopLetsAnExchangeEndAndClosesIdleConnections) {
  Signal begun;
  Signal released;
  TestHandler handler([&](auto request) {
    if (request->path == "/slow") {
      begun.set();
      released.wait();
    }
    return text_response("done");
  });
  Server server({}, handler);
  server.start();
  TestPeer idle(server.port());
  idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.read_response();
  TestPeer busy(server.port());
  busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  begun.wait();
  std::thread stopper([&] { server.stop(kGrace); });
  EXPECT_EQ(idle.read_to_close(), "");
  released.set();
  const std::string answer = busy.read_to_close();
  EXPECT_THAT(answer, EndsWith("done"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopper.join();
  EXPECT_ANY_THROW(TestPeer late(server.port()));
}

TEST(Server, StopCutsOffWhatDoesNotEndWithinTheGrace) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  TestPeer stuck(server.port());
  stuck.send("PUT /half HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nhalf");
  TestPeer other(server.port());
  other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  other.read_response();
  server.stop(std::chrono::milliseconds(1));
  EXPECT_EQ(stuck.read_to_close(), "");
}

TEST(Server, ServesOnSeveralIoThreads) {
  TestHandler handler;
  ServerOptions options;
  options.io_threads = 3;
  Server server(options, handler);
  server.start();
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&server] {
      TestPeer peer(server.port());
      for (int round = 0; round < 50; ++round) {
        peer.send("GET /r HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_THAT(peer.read_response(), EndsWith("GET /r?|"));
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

TEST(Server, NamesThePlaceItCantListenOn) {
  TestHandler handler;
  Server first({}, handler);
  ServerOptions options;
  options.port = first.port();
  try {
    Server second(options, handler);
    FAIL() << "two servers on one port";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(first.port())));
  }
}

}  // namespace
}  // namespace sagebrush::http
