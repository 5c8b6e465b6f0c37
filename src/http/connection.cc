#include "http/connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"
#include "http/response_head.h"

namespace sagebrush::http {
namespace {

constexpr std::size_t kHeadReadBytes = 8 * 1024;
constexpr std::uint64_t kSmallBodyBytes = 64 * 1024;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr char kTlsHandshakeRecord = 0x16;

}  // namespace

Connection::Connection(ServerContext& context, Socket socket)
    : context_(context),
      transport_(std::move(socket), context.tls),
      job_(context.workers, transport_.executor()) {}

void Connection::close_if_due(SteadyClock::time_point now) {
  if (now >= deadline_) transport_.close();
}

void Connection::close_if_idle() {
  if (idle_) transport_.close();
}

TransferPace Connection::new_pace() const {
  const ServerOptions& options = context_.options;
  return TransferPace(options.body_grace, options.body_min_bytes_per_second, options.idle_timeout);
}

Task<void> Connection::run() {
  try {
    co_await serve();
  } catch (const std::exception& error) {
    spdlog::error("connection from {} dropped: {}", peer_address_, error.what());
  }
  transport_.close();
}

Task<void> Connection::serve() {
  peer_address_ = transport_.peer_address();
  wait_at_most(context_.options.header_timeout);
  if (co_await transport_.handshake()) co_return;
  After after = After::kKeep;
  while (after == After::kKeep) {
    Head next = co_await read_head();
    if (!next.usable) {
      after = next.after;
      break;
    }
    after = co_await serve_request(std::move(next.head));
    if (after == After::kKeep) wait_at_most(context_.options.idle_timeout);
  }
  if (after == After::kLinger) {
    co_await linger();
  } else if (transport_.secure()) {
    wait_at_most(kLingerTime);
    co_await transport_.shutdown();
  }
}

Task<Connection::Head> Connection::read_head() {
  HeadLimits limits;
  limits.head_bytes = context_.options.header_limit_bytes;
  HeadScanner scanner(limits);
  std::size_t used =
      input_.size();  // input_ is longer than what it holds while a read is under way
  bool timed = false;
  while (true) {
    // RFC 9112 §2.2: an empty line before the start line is to be ignored.
    while (input_.starts_with("\r\n")) input_.erase(0, 2);
    used = input_.size();
    if (used > 0 && input_.front() == kTlsHandshakeRecord) co_return Head{};
    const auto found = scanner.scan(input_);
    if (!found) co_return co_await refuse(found.error());
    if (*found) {
      auto head = parse_request_head(std::string_view(input_).substr(0, **found));
      if (!head) co_return co_await refuse(head.error());
      input_.erase(0, **found);
      head->request.peer_address = peer_address_;
      head->request.secure = transport_.secure();
      co_return Head{true, After::kKeep, std::move(*head)};
    }
    idle_ = used == 0;
    if (idle_ && context_.stopping) co_return Head{};
    if (!idle_ && !timed) {
      wait_at_most(context_.options.header_timeout);
      timed = true;
    }
    input_.resize(used + kHeadReadBytes);
    const IoResult read = co_await transport_.read_some(
        std::as_writable_bytes(std::span(input_).subspan(used, kHeadReadBytes)));
    idle_ = false;
    input_.resize(used + read.bytes);
    if (read.error) co_return Head{};
  }
}

Task<Connection::Head> Connection::refuse(HeadError error) {
  spdlog::debug("refused a request from {}: {} {}", peer_address_, error.status, error.text);
  const Response response = plain_response(error.status, error.text);
  std::string text = format_response_head(response, body_bytes(response), false, http_date());
  text += std::get<std::string>(response.body);
  TransferPace pace = new_pace();
  const bool sent = co_await send({asio::buffer(text), {}}, pace);
  co_return Head{false, sent ? After::kLinger : After::kClose, {}};
}

Task<Connection::After> Connection::serve_request(RequestHead head) {
  BodyFraming framing = head.framing;
  Exchange exchange(context_.handler, std::move(head.request));
  After after = head.keep_alive ? After::kKeep : After::kClose;
  no_deadline();
  const auto length = framing.remaining();
  if (length && *length <= kSmallBodyBytes && (*length == 0 || !head.expects_continue)) {
    if (!co_await answer_small(exchange, framing)) co_return After::kClose;
  } else {
    const After body = co_await answer_large(exchange, framing, head.expects_continue);
    if (!exchange.answered()) co_return body;
    if (body != After::kKeep) after = body;
  }
  const bool keep_alive = after == After::kKeep && !context_.stopping;
  if (!co_await send_response(exchange, keep_alive)) co_return After::kClose;
  if (after == After::kKeep && !keep_alive) after = After::kClose;
  co_return after;
}

Task<void> Connection::linger() {
  // Closing with unread input would reset the connection and could take the answer along; so read a
  // while.
  wait_at_most(kLingerTime);
  co_await transport_.shutdown();
  Piece piece;
  while (!(co_await transport_.read_some(piece.reserve(kHeadReadBytes))).error) {
  }
}

}  // namespace sagebrush::http
