#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "http/client.h"
#include "http/server.h"
#include "http/test_certificate.h"
#include "http/test_handler.h"
#include "http/test_peer.h"

namespace sagebrush::http {
namespace {

ServerOptions secure_options(const TlsFiles& files) {
  ServerOptions options;
  options.tls = files;
  return options;
}

Endpoint endpoint_of(const Server& server, const std::string& host, const std::string& ca_file) {
  Endpoint endpoint = parse_endpoint("https://" + host + ":" + std::to_string(server.port()));
  endpoint.ca_file = ca_file;
  return endpoint;
}

TEST(Tls, ServesAClientThatTrustsTheCertificate) {
  const TemporaryDirectory directory;
  const TlsFiles files = make_test_certificate(directory.path(), "DNS:localhost,IP:127.0.0.1");
  TestHandler handler([](auto request) -> TestHandler::Outcome {
    EXPECT_TRUE(request->secure);
    return TestHandler::echo(request);
  });
  Server server(secure_options(files), handler);
  server.start();
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    Client client(endpoint_of(server, host, files.certificate_chain));
    for (const std::size_t size : {std::size_t{3}, std::size_t{3'000'000}}) {
      ClientRequest request;
      request.method = "PUT";
      request.body = std::string(size, 'x');
      EXPECT_EQ(client.send(request).body.size(), size + std::string("PUT /?|").size());
    }
  }
}

TEST(Tls, ClientRefusesAnUnknownAuthorityAndAnotherName) {
  const TemporaryDirectory directory;
  const TlsFiles files = make_test_certificate(directory.path(), "DNS:elsewhere,IP:127.0.0.1");
  TestHandler handler;
  Server server(secure_options(files), handler);
  server.start();
  for (const Endpoint& endpoint : {endpoint_of(server, "127.0.0.1", ""),
                                   endpoint_of(server, "localhost", files.certificate_chain)}) {
    Client client(endpoint);
    try {
      client.send({});
      ADD_FAILURE() << "trusted " << endpoint.host;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
      EXPECT_THAT(error.what(), testing::HasSubstr("certificate verify failed"));
    }
  }
}

TEST(Tls, ClosesAPlainConnectionAndServesTheNext) {
  const TemporaryDirectory directory;
  const TlsFiles files = make_test_certificate(directory.path(), "IP:127.0.0.1");
  TestHandler handler;
  Server server(secure_options(files), handler);
  server.start();
  TestPeer plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(plain.read_to_close(), testing::Not(testing::HasSubstr("HTTP/1.1 200")));
  Client client(endpoint_of(server, "127.0.0.1", files.certificate_chain));
  EXPECT_EQ(client.send({}).status, 200);
  ClientRequest closing;
  closing.headers.add("Connection", "close");
  EXPECT_EQ(client.send(closing).status, 200);
  EXPECT_EQ(client.send({}).status, 200);
}

TEST(Tls, WaitsForAHandshakeOnlySoLong) {
  const TemporaryDirectory directory;
  ServerOptions options = secure_options(make_test_certificate(directory.path(), "IP:127.0.0.1"));
  options.header_timeout = std::chrono::milliseconds(40);
  TestHandler handler;
  Server server(options, handler);
  server.start();
  TestPeer silent(server.port());
  EXPECT_EQ(silent.read_to_close(), "");
}

TEST(Tls, NamesTheFileItCantUse) {
  TestHandler handler;
  try {
    Server server(secure_options({"/nowhere/certificate.pem", "/nowhere/key.pem"}), handler);
    FAIL() << "a server without a certificate";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/certificate.pem"));
  }
}

}  // namespace
}  // namespace sagebrush::http
