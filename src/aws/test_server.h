#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "aws/aws_error.h"
#include "aws/body_receivers.h"
#include "aws/client.h"
#include "base/hash.h"
#include "http/server.h"

namespace sagebrush::aws {

inline const Credentials kTestCredentials{"AKIDTEST", "a secret", "a/token=="};

// For tests: a server that checks each request's signature and body as the real one does, and lets
// `answer` do the rest.
class TestServer : public http::Handler {
 public:
  using Answer =
      std::function<http::Response(const http::Request& request, const std::string& body)>;

  explicit TestServer(Answer answer) : answer_(std::move(answer)), server_({}, *this) {
    server_.start();
  }
  ~TestServer() override { server_.stop(std::chrono::milliseconds(0)); }

  AwsClient client(const std::string& region = "us-east-1",
                   const Credentials& credentials = kTestCredentials) const {
    return AwsClient({.secure = false, .host = "127.0.0.1", .port = server_.port(), .ca_file = ""},
                     credentials, region);
  }

  std::variant<http::Response, std::unique_ptr<http::Receiver>> begin(
      std::shared_ptr<const http::Request> request) override {
    return std::make_unique<Body>(*this, std::move(request));
  }

  static http::Response respond(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
  }

 private:
  class Body : public http::Receiver {
   public:
    Body(TestServer& server, std::shared_ptr<const http::Request> request)
        : server_(server), request_(std::move(request)) {}
    void write(std::span<const std::byte> piece) override {
      body_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    http::Response finish() override {
      try {
        const ParsedSignature parsed = parse_signature(*request_);
        const std::string hash =
            parsed.payload_hash.empty() ? sha256_hex(body_) : parsed.payload_hash;
        const VerifiedSignature verified =
            verify(parsed, *request_, kTestCredentials.secret_access_key, hash, now());
        PayloadOptions options;
        PayloadVerifier verifier(
            verified, *request_, options,
            std::make_unique<CollectingSink>(
                std::size_t{1} << 30, [this](const std::string& body, const VerifiedPayload&) {
                  return server_.answer_(*request_, body);
                }));
        verifier.write(std::as_bytes(std::span(body_)));
        return verifier.finish();
      } catch (const AwsError& error) {
        return respond(error.status(), "<Error><Code>" + error.code() + "</Code><Message>" +
                                           error.message() + "</Message></Error>");
      }
    }

   private:
    TestServer& server_;
    std::shared_ptr<const http::Request> request_;
    std::string body_;
  };

  Answer answer_;
  http::Server server_;
};

}  // namespace sagebrush::aws
