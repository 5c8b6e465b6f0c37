#include "http/client.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/client_connection.h"
#include "http/head_parser.h"
#include "http/tls_context.h"

namespace sagebrush::http {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kHeadPieceBytes = 16 * 1024;
constexpr std::size_t kHeldBodyLimit = 256 * 1024 * 1024;  // without a sink

std::uint64_t body_bytes(const ClientRequest& request) {
  if (const auto* text = std::get_if<std::string>(&request.body)) return text->size();
  return std::get<FileSegment>(request.body).length;
}

void check_text(std::string_view what, std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return;
  throw Error(ErrorKind::kInvalid, std::string(what) + " of an HTTP request holds a line break");
}

std::string format_request_head(const ClientRequest& request, const Endpoint& endpoint) {
  check_text("the target", request.target);
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (!request.headers.find("Host")) head += "Host: " + host_header(endpoint) + "\r\n";
  const std::uint64_t bytes = body_bytes(request);
  const bool states_length = bytes > 0 || request.method == "PUT" || request.method == "POST";
  if (states_length && !request.headers.find("Content-Length")) {
    head += "Content-Length: " + std::to_string(bytes) + "\r\n";
  }
  for (const auto& [name, value] : request.headers) {
    check_text("a header", name);
    check_text("a header", value);
    head.append(name).append(": ").append(value).append("\r\n");
  }
  return head + "\r\n";
}

// One request and its answer over one connection.
class Call {
 public:
  Call(const Endpoint& endpoint, ClientConnection& connection, const ClientRequest& request)
      : endpoint_(endpoint), connection_(connection), request_(request) {}
  // nullopt: the peer closed the connection before a byte of the answer came.
  std::optional<ClientResponse> run(const BodySink& sink);
  bool connection_reusable() const { return reusable_; }

 private:
  bool write(std::span<const std::byte> data);
  bool write_body();
  bool read(std::size_t at_most);
  std::optional<ResponseHead> read_head();
  void read_body(BodyFraming framing, const BodySink& sink);
  [[noreturn]] void fail(const std::string& why) const;

  const Endpoint& endpoint_;
  ClientConnection& connection_;
  const ClientRequest& request_;
  bool reusable_ = false;
  bool whole_request_sent_ = false;
  bool any_input_ = false;
  std::vector<std::byte> buffer_;
  std::string input_;
};

void Call::fail(const std::string& why) const {
  throw Error(ErrorKind::kUnavailable,
              request_.method + " on " + host_header(endpoint_) + ": " + why);
}

// False when the peer does not take any more; it may have answered already.
bool Call::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    const IoResult written = connection_.write_some(data, request_.timeout);
    if (written.error == asio::error::timed_out) fail("the request was not taken in time");
    if (written.error) return false;
    data = data.subspan(written.bytes);
  }
  return true;
}

bool Call::write_body() {
  const std::uint64_t total = body_bytes(request_);
  std::uint64_t sent = 0;
  while (sent < total) {
    if (!endpoint_.secure && connection_.has_input()) return false;  // refused before it was whole
    const std::size_t size = std::min<std::uint64_t>(kPieceBytes, total - sent);
    std::span<const std::byte> piece;
    if (const auto* text = std::get_if<std::string>(&request_.body)) {
      piece = std::as_bytes(std::span(*text)).subspan(sent, size);
    } else {
      const FileSegment& segment = std::get<FileSegment>(request_.body);
      buffer_.resize(kPieceBytes);
      const std::size_t got =
          segment.file->read_at(segment.offset + sent, std::span(buffer_).first(size));
      if (got == 0) throw Error(ErrorKind::kIo, "a file is shorter than the body it is sent as");
      piece = std::span(buffer_).first(got);
    }
    if (!write(piece)) return false;
    sent += piece.size();
    if (request_.on_sent) request_.on_sent(sent);
  }
  return true;
}

// Appends to input_. False at the peer's end.
bool Call::read(std::size_t at_most) {
  buffer_.resize(std::max(buffer_.size(), at_most));
  const IoResult got = connection_.read_some(std::span(buffer_).first(at_most), request_.timeout);
  if (got.error == asio::error::timed_out) {
    fail("no answer within " + std::to_string(request_.timeout.count()) + " ms");
  }
  if (got.error) return false;
  any_input_ = true;
  input_.append(reinterpret_cast<const char*>(buffer_.data()), got.bytes);
  return true;
}

std::optional<ResponseHead> Call::read_head() {
  while (true) {
    HeadScanner scanner({.start_line_bytes = 64 * 1024, .head_bytes = 256 * 1024, .fields = 1024});
    auto found = scanner.scan(input_);
    while (found && !*found) {
      if (!read(kHeadPieceBytes)) {
        if (!any_input_) return std::nullopt;
        fail("the connection closed within the answer's header");
      }
      found = scanner.scan(input_);
    }
    if (!found) fail(std::string(found.error().text));
    auto head = parse_response_head(std::string_view(input_).substr(0, **found));
    if (!head) fail(std::string(head.error().text));
    input_.erase(0, **found);
    if (head->status >= 200) return std::move(*head);  // 1xx: the answer is still to come
  }
}

void Call::read_body(BodyFraming framing, const BodySink& sink) {
  while (!framing.complete()) {
    if (input_.empty() && !read(kPieceBytes)) {
      if (framing.is_until_close()) return;
      fail("the connection closed within the answer's body");
    }
    auto left = std::as_bytes(std::span(input_));
    while (!left.empty() && !framing.complete()) {
      const auto step = framing.next(left);
      if (!step) fail(std::string(step.error()));
      if (!step->payload.empty()) sink(step->payload);
      left = left.subspan(step->consumed);
    }
    input_.erase(0, input_.size() - left.size());
  }
}

std::optional<ClientResponse> Call::run(const BodySink& sink) {
  const std::string head = format_request_head(request_, endpoint_);
  const auto* text = std::get_if<std::string>(&request_.body);
  if (text != nullptr && text->size() <= kPieceBytes) {
    const std::string whole = head + *text;
    whole_request_sent_ = write(std::as_bytes(std::span(whole)));
    if (whole_request_sent_ && request_.on_sent) request_.on_sent(text->size());
  } else {
    whole_request_sent_ = write(std::as_bytes(std::span(head))) && write_body();
  }

  auto answer = read_head();
  if (!answer) return std::nullopt;
  ClientResponse response;
  response.status = answer->status;
  response.headers = std::move(answer->headers);
  const bool no_body = request_.method == "HEAD" || answer->status == 204 || answer->status == 304;
  reusable_ = answer->keep_alive && (no_body || !answer->framing.is_until_close());
  if (!no_body) {
    const bool wanted_by_sink = sink && answer->status / 100 == 2;
    read_body(answer->framing, [&](std::span<const std::byte> piece) {
      if (wanted_by_sink) return sink(piece);
      if (response.body.size() + piece.size() > kHeldBodyLimit) fail("the answer is too large");
      response.body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
  }
  reusable_ = reusable_ && whole_request_sent_ && input_.empty();
  return response;
}

}  // namespace

struct Client::Impl {
  explicit Impl(Endpoint where) : endpoint(std::move(where)) {
    if (endpoint.secure) tls.emplace(client_tls(endpoint.ca_file));
  }

  std::optional<ClientResponse> call(std::unique_ptr<ClientConnection> used,
                                     const ClientRequest& request, const BodySink& sink) {
    Call call(endpoint, *used, request);
    auto response = call.run(sink);
    if (call.connection_reusable()) connection = std::move(used);
    return response;
  }

  Endpoint endpoint;
  std::optional<asio::ssl::context> tls;
  std::unique_ptr<ClientConnection> connection;  // idle, or none
};

Client::Client(Endpoint endpoint) : impl_(std::make_unique<Impl>(std::move(endpoint))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
const Endpoint& Client::endpoint() const {
  return impl_->endpoint;
}

ClientResponse Client::send(const ClientRequest& request, const BodySink& sink) {
  auto idle = std::exchange(impl_->connection, nullptr);
  if (idle && (impl_->endpoint.secure || !idle->has_input())) {
    if (auto response = impl_->call(std::move(idle), request, sink)) return std::move(*response);
  }
  auto fresh = std::make_unique<ClientConnection>(
      impl_->endpoint, impl_->tls ? &*impl_->tls : nullptr, request.timeout);
  auto response = impl_->call(std::move(fresh), request, sink);
  if (!response) {
    throw Error(ErrorKind::kUnavailable, request.method + " on " + host_header(impl_->endpoint) +
                                             ": the peer closed the connection without an answer");
  }
  return std::move(*response);
}

}  // namespace sagebrush::http
