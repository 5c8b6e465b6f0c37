#include "http/client.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "http/server.h"
#include "http/test_handler.h"

namespace sagebrush::http {
namespace {

using testing::HasSubstr;

Endpoint endpoint_of(const Server& server) {
  return parse_endpoint("http://127.0.0.1:" + std::to_string(server.port()));
}

TEST(Client, SendsRequestsOverOneConnection) {
  TestHandler handler;
  Server server({}, handler);
  server.start();
  Client client(endpoint_of(server));
  for (int i = 0; i < 20; ++i) {
    const ClientResponse got = client.send({.target = "/a?b=c"});
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, "GET /a?b=c|");
    const ClientResponse put = client.send({.method = "PUT", .target = "/x", .body = "text"});
    EXPECT_EQ(put.body, "PUT /x?|text");
  }
}

TEST(Client, SendsAgainWhenTheIdleConnectionIsGone) {
  TestHandler handler;
  ServerOptions options;
  std::optional<Server> server;
  server.emplace(options, handler);
  options.port = server->port();
  server->start();
  Client client(endpoint_of(*server));
  EXPECT_EQ(client.send({}).status, 200);
  server.emplace(options, handler);
  server->start();
  EXPECT_EQ(client.send({.method = "POST", .body = "again"}).body, "POST /?|again");
}

TEST(Client, SaysThatNobodyListens) {
  TestHandler handler;
  std::uint16_t port = 0;
  {
    Server server({}, handler);
    port = server.port();
  }
  Client client(parse_endpoint("http://127.0.0.1:" + std::to_string(port)));
  try {
    client.send({});
    FAIL() << "an answer from nobody";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(port)));
  }
}

TEST(Client, GivesUpOnAPeerThatStaysSilent) {
  Signal released;
  TestHandler handler([&](auto) {
    released.wait();
    return text_response("");
  });
  Server server({}, handler);
  server.start();
  Client client(endpoint_of(server));
  try {
    client.send({.timeout = std::chrono::milliseconds(20)});
    ADD_FAILURE() << "an answer that was never given";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("20 ms"));
  }
  released.set();
}

TEST(Client, StreamsAFileUpAndDown) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "body";
  std::string content(5'000'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 / 13);
  write_file_atomically(path, content);
  const auto file = std::make_shared<const File>(File::open(path, O_RDONLY));
  TestHandler handler([&](auto request) -> TestHandler::Outcome {
    if (request->method == "PUT") {
      return std::make_unique<CollectingReceiver>([&content](const std::string& body) {
        return text_response(body == content.substr(10) ? "same" : "different");
      });
    }
    Response response;
    response.body =
        std::vector<FileSegment>{{file, 1'000'000, 4'000'000}, {file, 0, 0}, {file, 0, 10}};
    return response;
  });
  Server server({}, handler);
  server.start();
  Client client(endpoint_of(server));

  std::uint64_t sent = 0;
  const ClientResponse put = client.send({.method = "PUT",
                                          .body = FileSegment{file, 10, content.size() - 10},
                                          .on_sent = [&](std::uint64_t bytes) { sent = bytes; }});
  EXPECT_EQ(put.body, "same");
  EXPECT_EQ(sent, content.size() - 10);

  std::string got;
  const ClientResponse head = client.send({}, [&](std::span<const std::byte> piece) {
    got.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  EXPECT_TRUE(head.body.empty());
  EXPECT_TRUE(got == content.substr(1'000'000) + content.substr(0, 10));
}

TEST(Client, KeepsAnErrorsBodyFromTheSink) {
  TestHandler handler([](auto) { return text_response("denied", 403); });
  Server server({}, handler);
  server.start();
  Client client(endpoint_of(server));
  const ClientResponse got =
      client.send({}, [](std::span<const std::byte>) { ADD_FAILURE() << "an error in the sink"; });
  EXPECT_EQ(got.status, 403);
  EXPECT_EQ(got.body, "denied");
}

TEST(Client, GetsTheAnswerToABodyThatIsRefusedEarly) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "body";
  write_file_atomically(path, std::string(32'000'000, 'x'));
  const auto file = std::make_shared<const File>(File::open(path, O_RDONLY));
  TestHandler handler([](auto) { return text_response("too much", 413); });
  Server server({}, handler);
  server.start();
  Client client(endpoint_of(server));
  for (int i = 0; i < 3; ++i) {
    const ClientResponse got =
        client.send({.method = "PUT", .body = FileSegment{file, 0, 32'000'000}});
    EXPECT_EQ(got.status, 413);
    EXPECT_EQ(got.body, "too much");
  }
}

TEST(Client, RefusesHeadersThatWouldSplitTheRequest) {
  Client client(parse_endpoint("http://127.0.0.1:1"));
  TestHandler handler;
  Server server({}, handler);
  server.start();
  Client connected(endpoint_of(server));
  ClientRequest request;
  request.headers.add("X-A", "b\r\nX-C: d");
  EXPECT_THROW(connected.send(request), Error);
}

}  // namespace
}  // namespace sagebrush::http
