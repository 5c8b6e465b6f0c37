#include "server/dispatcher.h"

#include <algorithm>
#include <exception>
#include <expected>
#include <functional>

#include "aws/auth_error.h"
#include "aws/aws_error.h"
#include "aws/body_receivers.h"
#include "aws/codec.h"
#include "aws/presigned_headers.h"
#include "aws/registry.h"
#include "aws/request_encoding.h"
#include "aws/validation.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "job/engine.h"
#include "server/caller.h"
#include "service/agent_gate/agent_gate.h"
#include "service/registry.h"
#include "service/registry/registry_gate.h"
#include "store/identities.h"
#include "store/objects.h"

namespace sagebrush::server {
namespace {

using aws::AwsError;
using http::Receiver;
using http::Request;
using http::Response;
using service::Call;
using RequestPtr = std::shared_ptr<const Request>;
using Answer = std::variant<Response, std::unique_ptr<Receiver>>;

// Bodies that are collected before they are read: AWS's JSON services take 8 MiB at most, agents
// send log batches of 1 MiB.
constexpr std::size_t kLargestCollectedBody = 8 * 1024 * 1024;

aws::Service service_named(const std::string& signing_name) {
  if (const auto service = aws::find_service_by_signing_name(signing_name)) return *service;
  throw AwsError("UnknownOperationException", 400,
                 "The service \"" + signing_name + "\" is not one of this server's.");
}

// What answers errors before the service is known for certain.
aws::Service service_for_errors(const Request& request) {
  if (const auto service = aws::find_service_by_signing_name(aws::service_of(request)))
    return *service;
  return aws::find_service_by_signing_name("s3").value();
}

// One request on its way through: makes answers out of errors. Everything that can throw runs
// inside guard().
class Exchange {
 public:
  Exchange(RequestPtr request, std::string request_id)
      : request_(std::move(request)), request_id_(std::move(request_id)) {}

  template <typename Step>
  auto guard(Step step) const -> std::expected<decltype(step()), Response> {
    try {
      return step();
    } catch (const AwsError& error) {
      return std::unexpected(refuse(error));
    } catch (const Error& error) {
      const AwsError shown = aws::to_aws_error(error, aws::service_of(*request_));
      if (shown.status() >= 500) log(error.what());
      return std::unexpected(refuse(shown));
    } catch (const std::exception& error) {
      log(error.what());
      return std::unexpected(refuse(aws::to_aws_error(Error(ErrorKind::kInternal, error.what()),
                                                      aws::service_of(*request_))));
    }
  }

  const RequestPtr& request() const { return request_; }
  const std::string& request_id() const { return request_id_; }

 private:
  void log(const char* what) const {
    spdlog::error("{} {} [{}]: {}", request_->method, request_->path, request_id_, what);
  }

  Response refuse(const AwsError& error) const {
    const aws::Service service = service_for_errors(*request_);
    Response response =
        encode_error(service, error, request_id_, request_->path, wire_form_of(service, *request_));
    if (request_->method == "HEAD") response.body = std::string();
    return response;
  }

  RequestPtr request_;
  std::string request_id_;
};

// Stands in front of a receiver: the first error it throws becomes the answer, what still comes of
// the body is dropped.
class GuardedReceiver : public Receiver {
 public:
  GuardedReceiver(Exchange exchange, std::unique_ptr<Receiver> inner)
      : exchange_(std::move(exchange)), inner_(std::move(inner)) {}

  void write(std::span<const std::byte> piece) override {
    if (refusal_) return;
    auto outcome = exchange_.guard([&] {
      inner_->write(piece);
      return true;
    });
    if (!outcome) {
      refusal_ = std::move(outcome.error());
      inner_.reset();
    }
  }

  Response finish() override {
    if (refusal_) return std::move(*refusal_);
    auto outcome = exchange_.guard([&] { return inner_->finish(); });
    return outcome ? std::move(*outcome) : std::move(outcome.error());
  }

 private:
  Exchange exchange_;
  std::unique_ptr<Receiver> inner_;
  std::optional<Response> refusal_;
};

// Collects the body, then answers.
class CollectingReceiver : public Receiver {
 public:
  using Finish = std::function<Response(std::string body)>;
  explicit CollectingReceiver(Finish finish) : finish_(std::move(finish)) {}

  void write(std::span<const std::byte> piece) override {
    if (body_.size() + piece.size() > kLargestCollectedBody) {
      throw AwsError("RequestEntityTooLargeException", 413, "The request is larger than 8 MiB.");
    }
    body_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  Response finish() override { return finish_(std::move(body_)); }

 private:
  Finish finish_;
  std::string body_;
};

const service::Implementation& implementation_of(const aws::Operation& operation) {
  if (const auto* found = service::find_implementation(operation)) return *found;
  const aws::Protocol protocol = operation.service().protocol();
  const bool rest = protocol == aws::Protocol::kRestXml;
  const char* code = rest                                ? "NotImplemented"
                     : protocol == aws::Protocol::kQuery ? "InvalidAction"
                                                         : "UnknownOperationException";
  throw AwsError(code, rest ? 501 : 400,
                 "The operation " + std::string(operation.name()) +
                     " is known but not implemented by this server.");
}

Response run(Call& call, const aws::Route& route, std::string_view body) {
  const auto& implementation = implementation_of(route.operation);
  boost::json::object input = decode_request(route, *call.request, body);
  validate(route.operation, input);
  if (implementation.kind == service::OperationKind::kStreamingOutput) {
    return implementation.streaming_output(call, std::move(input));
  }
  Response response =
      encode_response(route.operation, implementation.plain(call, std::move(input)),
                      call.request_id, wire_form_of(route.operation.service(), *call.request));
  // HeadObject of a range: the model has no status for it.
  if (response.headers.find("Content-Range")) response.status = 206;
  return response;
}

std::unique_ptr<aws::BodySink> sink_for(std::shared_ptr<Call> call, const aws::Route& route) {
  const auto& implementation = implementation_of(route.operation);
  if (implementation.kind == service::OperationKind::kStreamingInput) {
    boost::json::object input = decode_request(route, *call->request, "");
    validate(route.operation, input);
    return implementation.streaming_input(call, std::move(input));
  }
  return std::make_unique<aws::CollectingSink>(
      kLargestCollectedBody, [call, route](std::string body, const aws::VerifiedPayload&) {
        return run(*call, route, body);
      });
}

aws::PayloadOptions payload_options(const aws::Route& route) {
  const std::string_view operation = route.operation.name();
  const bool stores_body = operation == "PutObject" || operation == "UploadPart";
  return {.md5 = stores_body,
          .checksum_headers = operation != "CompleteMultipartUpload",
          .default_checksum = {}};
}

std::optional<std::string> virtual_bucket(const Request& request, const std::string& domain) {
  const std::string_view host = request.headers.get("Host");
  if (auto bucket = aws::virtual_host_bucket(host, "s3." + domain)) return bucket;
  // "s3.<domain>" itself is the service and no bucket named s3.
  auto bucket = aws::virtual_host_bucket(host, domain);
  return bucket == "s3" ? std::nullopt : bucket;
}

// S3: the signature covers the header and what the header says of the body; the body is checked
// while it streams.
Answer begin_streaming(const std::shared_ptr<Call>& call, const aws::Service& service,
                       const aws::VerifiedSignature& verified, const std::string& domain) {
  const auto route =
      match_rest_route(service, *call->request, virtual_bucket(*call->request, domain));
  return std::make_unique<aws::PayloadVerifier>(verified, *call->request, payload_options(route),
                                                sink_for(call, route));
}

// A request goes on when its key is known and its signature holds: for JSON and query services that
// is known once the body is there.
Answer begin_signed(service::House& house, const DispatcherSettings& settings,
                    const Exchange& exchange) {
  auto signature = aws::parse_signature(*exchange.request());
  const auto service = service_named(signature.service);
  const Time now = house.clock.now();
  const store::Key key = find_caller(house.identities, signature, now);
  auto call = std::make_shared<Call>(
      Call{.house = house,
           .request = exchange.request(),
           .principal = key.principal,
           .region = signature.version == 2 ? house.region : signature.region,
           .request_id = exchange.request_id(),
           .time = now});
  if (service.protocol() == aws::Protocol::kRestXml) {
    signature.host_bucket = virtual_bucket(*call->request, settings.domain).value_or("");
    const auto verified =
        verify(signature, *call->request, key.secret, signature.payload_hash, now);
    if (signature.presigned) {
      call->request = std::make_shared<const Request>(
          aws::with_presigned_headers(*call->request, signature.version));
    }
    return begin_streaming(call, service, verified, settings.domain);
  }
  return std::make_unique<CollectingReceiver>([call, service, signature, key](std::string body) {
    verify(signature, *call->request, key.secret, sha256_hex(body), call->time);
    aws::decode_content(call->request->headers.get("Content-Encoding"), kLargestCollectedBody,
                        body);
    const auto operation = find_requested_operation(service, *call->request, body);
    return run(*call, aws::Route{.operation = operation, .bucket = "", .key = ""}, body);
  });
}

// A request without a signature: reads of buckets that the configuration opens, nothing else.
Answer begin_unsigned(service::House& house, const DispatcherSettings& settings,
                      const Exchange& exchange) {
  const std::string name = aws::service_of(*exchange.request());
  const auto& buckets = settings.public_read_buckets;
  if (name == "s3" && !buckets.empty()) {
    const auto service = service_named("s3");
    const auto route = match_rest_route(service, *exchange.request(),
                                        virtual_bucket(*exchange.request(), settings.domain));
    const bool reads =
        route.operation.name() == "GetObject" || route.operation.name() == "HeadObject";
    if (reads && std::ranges::find(buckets, route.bucket) != buckets.end()) {
      Call call{.house = house,
                .request = exchange.request(),
                .principal = {.account = house.account,
                              .arn = "anonymous",
                              .user_id = "anonymous",
                              .access_key_id = "",
                              .root = false},
                .region = house.region,
                .request_id = exchange.request_id(),
                .time = house.clock.now()};
      return run(call, route, "");
    }
  }
  throw aws::auth_error(aws::AuthProblem::kMissing, name);
}

// Docker's clients sign nothing. A request for an object below v2/ in a bucket that has a host name
// is S3's.
bool is_for_registry(const Request& request, const DispatcherSettings& settings) {
  if (request.path != "/v2" && !request.path.starts_with(service::kRegistryPath)) return false;
  const std::string_view authorization = request.headers.get("Authorization");
  const bool signed_by_aws =
      authorization.empty() ? aws::has_signature(request) : authorization.starts_with("AWS");
  const auto bucket = virtual_bucket(request, settings.domain);
  const bool public_bucket = bucket && std::ranges::find(settings.public_read_buckets, *bucket) !=
                                           settings.public_read_buckets.end();
  return !signed_by_aws && !public_bucket;
}

}  // namespace

Answer Dispatcher::begin(RequestPtr request) {
  if (request->path.starts_with(service::kAgentPath)) {
    return std::make_unique<CollectingReceiver>([this, request](std::string body) {
      return service::answer_agent(house_.engine.desk(), *request, body);
    });
  }
  if (is_for_registry(*request, settings_)) return service::begin_registry(house_, request);
  const Exchange exchange(request, random_hex(8));
  if (is_prometheus_request(*request)) {
    auto page = exchange.guard([&] {
      return answer_prometheus(house_, settings_.metrics_access, settings_.metrics_token, *request);
    });
    return page ? std::move(*page) : std::move(page.error());
  }
  auto answer = exchange.guard([&] {
    return aws::has_signature(*request) ? begin_signed(house_, settings_, exchange)
                                        : begin_unsigned(house_, settings_, exchange);
  });
  if (!answer) return std::move(answer.error());
  if (auto* response = std::get_if<Response>(&*answer)) return std::move(*response);
  return std::make_unique<GuardedReceiver>(exchange,
                                           std::move(std::get<std::unique_ptr<Receiver>>(*answer)));
}

// Those who wait for a job ask for it again and again: one row of the database, or none. A small
// object that was read a moment ago is answered from memory.
bool Dispatcher::brief(const Request& request) const {
  if (request.headers.get("X-Amz-Target") == "SageMaker.DescribeTrainingJob") return true;
  if (request.method != "GET" || request.path.size() < 2) return false;
  const std::size_t slash = request.path.find('/', 1);
  if (slash == std::string::npos) return false;
  const auto key = uri_decode(std::string_view(request.path).substr(slash + 1));
  return key && house_.objects.read_lately(request.path.substr(1, slash - 1), *key);
}

}  // namespace sagebrush::server
