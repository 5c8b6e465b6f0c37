#include "http/head_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace sagebrush::http {
namespace {

// The status that a request head is refused with; 0 when it is accepted.
int refusal(const std::string& head) {
  HeadScanner scanner({});
  const auto found = scanner.scan(head);
  if (!found) return found.error().status;
  if (!*found) return -1;
  const auto parsed = parse_request_head(std::string_view(head).substr(0, **found));
  return parsed ? 0 : parsed.error().status;
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

TEST(HeadParser, SplitsTheTargetAndKeepsItRaw) {
  const auto head = parse_request_head(
      "PUT /a%2Fb/../c//d?x=%20&y HTTP/1.1\r\nhost: h\r\nX-A:  spaced out \r\nX-A: two\r\n"
      "Content-Length: 7\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->request.method, "PUT");
  EXPECT_EQ(head->request.path, "/a%2Fb/../c//d");
  EXPECT_EQ(head->request.query, "x=%20&y");
  EXPECT_EQ(head->request.headers.get("x-a"), "spaced out");
  EXPECT_EQ(head->request.headers.size(), 4U);
  EXPECT_EQ(head->request.content_length, 7);
  EXPECT_TRUE(head->request.has_body);
  EXPECT_TRUE(head->keep_alive);
}

TEST(HeadParser, KnowsWhatClosesTheConnection) {
  EXPECT_FALSE(parse_request_head(get("Connection: close\r\n"))->keep_alive);
  EXPECT_FALSE(parse_request_head("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(parse_request_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->keep_alive);
}

TEST(HeadParser, AcceptsAbsoluteTargetsOfTheSameHost) {
  const auto head = parse_request_head("GET http://h:1/p?q HTTP/1.1\r\nHost: h:1\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->request.path, "/p");
  EXPECT_EQ(head->request.query, "q");
  EXPECT_EQ(refusal("GET http://evil/p HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET http:///p HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(HeadParser, RefusesWhatCouldSmuggle) {
  for (const std::string fields : {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                                   "Content-Length: 1\r\nContent-Length: 1\r\n",
                                   "Content-Length: 1\r\nContent-Length: 2\r\n",
                                   "Content-Length: 1, 1\r\n",
                                   "Content-Length: -1\r\n",
                                   "Content-Length: +1\r\n",
                                   "Content-Length: 0x1\r\n",
                                   "Content-Length: 1 1\r\n",
                                   "Content-Length:\r\n",
                                   "Content-Length: 1a\r\n",
                                   "Content-Length: 18446744073709551616\r\n",
                                   "Transfer-Encoding: xchunked\r\n",
                                   "Transfer-Encoding: chunked, gzip\r\n",
                                   "Transfer-Encoding: gzip, chunked\r\n",
                                   "Transfer-Encoding: identity\r\n",
                                   "Transfer-Encoding: \"chunked\"\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding:\r\n",
                                   "Transfer-Encoding : chunked\r\n",
                                   "Content-Length : 1\r\n",
                                   " Content-Length: 1\r\n",
                                   "X: a\r\n b\r\n",
                                   "X: a\r\n\tb\r\n",
                                   "X: a\nContent-Length: 1\r\n",
                                   "X: a\rContent-Length: 1\r\n",
                                   "Host: other\r\n",
                                   "no colon\r\n",
                                   ": empty\r\n",
                                   "X Y: z\r\n",
                                   "X\x01: z\r\n",
                                   "X: \x01\r\n",
                                   "X: \x7f\r\n"}) {
    EXPECT_EQ(refusal(get(fields)), 400) << testing::PrintToString(fields);
  }
  EXPECT_EQ(refusal(get(std::string("X: a\0b\r\n", 8))), 400);
}

TEST(HeadParser, RefusesMalformedStartLines) {
  for (const std::string line :
       {"GET /", "GET / HTTP/1.1 ", "GET  / HTTP/1.1", " GET / HTTP/1.1", "GET /\t HTTP/1.1",
        "GET / http/1.1", "GET x HTTP/1.1", "GET * HTTP/1.1", "CONNECT h:1 HTTP/1.1",
        "G{T / HTTP/1.1", "GET /\x01 HTTP/1.1", "/ HTTP/1.1", "GET / HTTP/11"}) {
    EXPECT_EQ(refusal(line + "\r\nHost: h\r\n\r\n"), 400) << line;
  }
  EXPECT_EQ(refusal("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(refusal("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  for (const std::string version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9"}) {
    const int status = refusal("GET / " + version + "\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(status == 505 || status == 400) << version << " " << status;
  }
  EXPECT_EQ(refusal(get("Expect: something\r\n")), 417);
}

TEST(HeadParser, BoundsTheHead) {
  EXPECT_EQ(refusal("GET /" + std::string(16 * 1024 - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(refusal("GET /" + std::string(16 * 1024, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(refusal("GET /" + std::string(17 * 1024, 'a')), 414);
  EXPECT_EQ(refusal(get("X: " + std::string(60 * 1024, 'a') + "\r\n")), 0);
  EXPECT_EQ(refusal(get("X: " + std::string(64 * 1024, 'a') + "\r\n")), 431);
  EXPECT_EQ(refusal(get("X: " + std::string(64 * 1024, 'a'))), 431);
  std::string fields;
  for (int i = 0; i < 127; ++i) fields += "X: y\r\n";
  EXPECT_EQ(refusal(get(fields)), 0);
  EXPECT_EQ(refusal(get(fields + "X: y\r\n")), 431);
}

TEST(HeadScanner, FindsTheEndHoweverTheHeadIsCut) {
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  HeadScanner scanner({});
  for (std::size_t size = 0; size < head.size(); ++size) {
    const auto found = scanner.scan(std::string_view(head).substr(0, size));
    ASSERT_TRUE(found && !*found) << size;
  }
  EXPECT_EQ(scanner.scan(head + "next").value(), head.size());
}

TEST(ResponseHeadParser, KnowsHowTheBodyEnds) {
  const auto sized = parse_response_head("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(sized);
  EXPECT_EQ(sized->status, 200);
  EXPECT_EQ(sized->framing.remaining(), 3);
  EXPECT_TRUE(sized->keep_alive);
  const auto open = parse_response_head("HTTP/1.1 200 OK\r\n\r\n");
  ASSERT_TRUE(open);
  EXPECT_TRUE(open->framing.is_until_close());
  EXPECT_FALSE(parse_response_head("HTTP/2 200\r\n\r\n"));
  EXPECT_FALSE(parse_response_head(
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

}  // namespace
}  // namespace sagebrush::http
