#include "aws/client.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "aws/answer_error.h"
#include "aws/sigv4_sign.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"

namespace sagebrush::aws {
namespace {

constexpr int kTries = 3;
constexpr std::chrono::milliseconds kFirstPause{200};

// AWS's verbs for what only reads.
bool only_reads(std::string_view operation) {
  constexpr std::array<std::string_view, 6> kVerbs{"Describe", "List",   "Get",
                                                   "Filter",   "Search", "Simulate"};
  return std::ranges::any_of(kVerbs, [&](auto verb) { return operation.starts_with(verb); });
}

}  // namespace

AwsClient::AwsClient(http::Endpoint endpoint, Credentials credentials, std::string region)
    : http_(std::move(endpoint)),
      credentials_(std::move(credentials)),
      region_(std::move(region)) {}

http::ClientResponse AwsClient::send(const Exchange& exchange, const http::BodySink& sink) {
  bool delivered = false;
  http::BodySink counted;
  if (sink) {
    counted = [&](std::span<const std::byte> piece) {
      delivered = true;
      sink(piece);
    };
  }
  for (int attempt = 1;; ++attempt) {
    http::ClientRequest request = exchange.request;
    sign_request(request, endpoint(), credentials_, {region_, exchange.service},
                 exchange.payload_hash, now());
    try {
      return http_.send(request, counted);
    } catch (const Error& error) {
      const bool again = error.kind() == ErrorKind::kUnavailable && exchange.repeatable &&
                         !delivered && attempt < kTries;
      if (!again) throw;
    }
    std::this_thread::sleep_for(kFirstPause * attempt);
  }
}

boost::json::object AwsClient::call(std::string_view service, std::string_view target,
                                    const boost::json::object& input, std::string_view version) {
  Exchange exchange;
  exchange.service = service;
  exchange.request.method = "POST";
  exchange.request.headers.add("Content-Type", "application/x-amz-json-" + std::string(version));
  exchange.request.headers.add("X-Amz-Target", std::string(target));
  std::string body = boost::json::serialize(input);
  exchange.payload_hash = sha256_hex(body);
  exchange.request.body = std::move(body);
  exchange.repeatable = only_reads(target.substr(target.find('.') + 1));
  const http::ClientResponse response = send(exchange);
  if (response.status / 100 != 2) throw read_error(response);
  if (trim(response.body).empty()) return {};
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(response.body, failed);
  if (failed || !value.is_object()) {
    throw Error(ErrorKind::kUnavailable, std::string(target) + " on " +
                                             http::host_header(endpoint()) +
                                             " was answered with something other than JSON");
  }
  return std::move(value.as_object());
}

std::string AwsClient::call_query(std::string_view service, std::string_view action,
                                  std::string_view api_version, const Parameters& parameters) {
  std::string body = "Action=" + uri_encode(action) + "&Version=" + uri_encode(api_version);
  for (const auto& [name, value] : parameters) {
    body.append("&").append(uri_encode(name)).append("=").append(uri_encode(value));
  }
  Exchange exchange;
  exchange.service = service;
  exchange.request.method = "POST";
  exchange.request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  exchange.payload_hash = sha256_hex(body);
  exchange.request.body = std::move(body);
  exchange.repeatable = only_reads(action);
  http::ClientResponse response = send(exchange);
  if (response.status / 100 != 2) throw read_error(response);
  return std::move(response.body);
}

}  // namespace sagebrush::aws
