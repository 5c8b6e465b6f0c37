// The parts of Connection that move bodies.
#include <algorithm>
#include <cstring>
#include <utility>

#include "http/connection.h"
#include "http/response_head.h"

namespace sagebrush::http {
namespace {

constexpr std::uint64_t kSkipLimit = 1024 * 1024;
constexpr auto kSkipTime = std::chrono::seconds(5);
constexpr std::size_t kJoinLimit = 64 * 1024;  // up to here head and body go out as one copy
constexpr HeadError kGone{0, ""};

}  // namespace

Task<bool> Connection::answer_small(Exchange& exchange, BodyFraming& framing) {
  Piece body;
  if (!framing.complete()) {
    TransferPace pace = new_pace();
    while (!framing.complete()) {
      if (co_await fill(body, framing, pace)) co_return false;
    }
  }
  no_deadline();
  const bool brief = context_.handler.brief(exchange.request());
  const bool begun = brief || context_.handler.quick(exchange.request());
  if (begun) exchange.begin();
  if (exchange.answered()) co_return true;
  if (brief) {
    if (body.size > 0) exchange.write(body.bytes());
    exchange.finish();
    co_return true;
  }
  job_.start([&exchange, &body, begun] {
    if (!begun) exchange.begin();
    if (body.size > 0) exchange.write(body.bytes());
    exchange.finish();
  });
  co_await job_.done();
  co_return true;
}

// Returns how the connection goes on after the answer; without an answer, how it ends.
Task<Connection::After> Connection::answer_large(Exchange& exchange, BodyFraming& framing,
                                                 bool expects_continue) {
  if (context_.handler.quick(exchange.request())) {
    exchange.begin();
  } else {
    job_.start([&exchange] { exchange.begin(); });
    co_await job_.done();
  }
  if (exchange.answered()) co_return co_await skip_body(framing, expects_continue);

  std::optional<HeadError> error;
  if (expects_continue && input_.empty()) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    TransferPace pace = new_pace();
    if (!co_await send({asio::buffer(kContinue), {}}, pace)) error = kGone;
  }
  if (!error) error = co_await stream_body(exchange, framing);
  no_deadline();
  // An answer before the body's end: the handler failed.
  if (exchange.answered()) co_return framing.complete() ? After::kKeep : After::kLinger;
  job_.start([&exchange] { exchange.abandon(); });
  co_await job_.done();
  if (error->status == 0) co_return After::kClose;
  co_return (co_await refuse(*error)).after;
}

// Reads a body that nobody wants when it is short, so that the connection can be kept.
Task<Connection::After> Connection::skip_body(BodyFraming& framing, bool expects_continue) {
  // A peer that waits for 100 may send the body or not: what comes next can't be told from a
  // request.
  if (expects_continue) co_return After::kLinger;
  if (framing.remaining().value_or(0) > kSkipLimit) co_return After::kLinger;
  TransferPace pace(kSkipTime, 1024 * 1024, kSkipTime);
  Piece piece;
  std::uint64_t skipped = 0;
  while (!framing.complete()) {
    piece.size = 0;
    const auto error = co_await fill(piece, framing, pace);
    skipped += piece.size;
    if (error || skipped > kSkipLimit) co_return After::kLinger;
  }
  co_return After::kKeep;
}

// Gives the body to the handler and finishes. Reads the next piece while a worker has the last one:
// two pieces of memory whatever the body's size.
Task<std::optional<HeadError>> Connection::stream_body(Exchange& exchange, BodyFraming& framing) {
  std::array<Piece, 2> pieces;
  TransferPace pace = new_pace();
  std::size_t current = 0;
  std::optional<HeadError> error;
  bool refused = false;  // by the handler, with an answer
  while (!error && !framing.complete() && !refused) {
    Piece& piece = pieces[current];
    piece.size = 0;
    do {
      error = co_await fill(piece, framing, pace);
    } while (!error && !framing.complete() && piece.size < piece.capacity && job_.running());
    no_deadline();
    co_await job_.done();
    refused = exchange.answered();
    const bool last = framing.complete();
    if (error || refused || (piece.size == 0 && !last)) continue;
    job_.start([&exchange, &piece, last] {
      if (piece.size > 0) exchange.write(piece.bytes());
      if (last) exchange.finish();
    });
    current ^= 1;
  }
  co_await job_.done();
  co_return error;
}

// Appends at least one read's worth of payload (none when only framing came in). kGone when the
// peer is gone.
Task<std::optional<HeadError>> Connection::fill(Piece& piece, BodyFraming& framing,
                                                TransferPace& pace) {
  const std::size_t capacity =
      std::min<std::uint64_t>(Piece::kCapacity, framing.remaining().value_or(Piece::kCapacity));
  const std::span<std::byte> space = piece.reserve(capacity).subspan(piece.size);
  if (!input_.empty()) {
    const auto input = std::as_bytes(std::span(input_));
    const auto step = framing.next(input.first(std::min(input.size(), space.size())));
    if (!step) co_return HeadError{400, step.error()};
    if (!step->payload.empty()) {
      std::memcpy(space.data(), step->payload.data(), step->payload.size());
    }
    piece.size += step->payload.size();
    input_.erase(0, step->consumed);
    co_return std::nullopt;
  }
  const std::size_t wanted =
      std::min<std::uint64_t>(space.size(), framing.remaining().value_or(space.size()));
  const auto begun = SteadyClock::now();
  deadline_ = begun + pace.patience();
  const IoResult read = co_await transport_.read_some(space.first(wanted));
  if (read.error) co_return kGone;
  pace.moved(read.bytes, SteadyClock::now() - begun);
  const auto decoded = decode_in_place(framing, space.first(read.bytes));
  if (!decoded) co_return HeadError{400, decoded.error()};
  piece.size += decoded->payload;
  const auto rest = space.subspan(decoded->consumed, read.bytes - decoded->consumed);
  input_.append(reinterpret_cast<const char*>(rest.data()), rest.size());
  co_return std::nullopt;
}

Task<bool> Connection::send_response(Exchange& exchange, bool keep_alive) {
  Response& response = exchange.response();
  std::optional<std::uint64_t> length;
  if (exchange.sends_body()) {
    length = body_bytes(response);
  } else if (status_has_body(response.status)) {
    length = response.head_length.value_or(body_bytes(response));
  }
  std::string head = format_response_head(response, length, keep_alive, http_date());
  if (exchange.sends_body() && std::holds_alternative<std::vector<FileSegment>>(response.body)) {
    co_return co_await send_files(exchange, std::move(head));
  }
  TransferPace pace = new_pace();
  asio::const_buffer body;
  if (exchange.sends_body()) {
    const std::string& text = std::get<std::string>(response.body);
    if (text.size() <= kJoinLimit) {
      head += text;
    } else {
      body = asio::buffer(text);
    }
  }
  co_return co_await send({asio::buffer(head), body}, pace);
}

// Sends one piece while a worker reads the next one.
Task<bool> Connection::send_files(Exchange& exchange, std::string head) {
  if (exchange.file_failed()) co_return false;
  std::array<Piece, 2> pieces;
  pieces[0] = std::move(exchange.first_piece());
  TransferPace pace = new_pace();
  std::size_t current = 0;
  asio::const_buffer prefix = asio::buffer(head);
  while (true) {
    Piece& piece = pieces[current];
    Piece& next = pieces[current ^ 1];
    bool read = true;
    const bool more = exchange.unread_file_bytes() > 0;
    if (more) job_.start([&exchange, &next, &read] { read = exchange.read_piece(next); });
    const bool sent = co_await send({prefix, asio::buffer(piece.data.get(), piece.size)}, pace);
    no_deadline();
    co_await job_.done();
    if (!sent || !read) co_return false;
    if (!more) co_return true;
    prefix = {};
    current ^= 1;
  }
}

Task<bool> Connection::send(std::array<asio::const_buffer, 2> data, TransferPace& pace) {
  while (data[0].size() + data[1].size() > 0) {
    const auto begun = SteadyClock::now();
    deadline_ = begun + pace.patience();
    const IoResult written = co_await transport_.write_some(data);
    if (written.error) co_return false;
    pace.moved(written.bytes, SteadyClock::now() - begun);
    const std::size_t first = std::min(written.bytes, data[0].size());
    data[0] += first;
    data[1] += written.bytes - first;
  }
  co_return true;
}

}  // namespace sagebrush::http
