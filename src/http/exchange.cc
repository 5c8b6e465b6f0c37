#include "http/exchange.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"
#include "http/response_head.h"

namespace sagebrush::http {

Exchange::Exchange(Handler& handler, Request request)
    : handler_(handler), request_(std::make_shared<const Request>(std::move(request))) {}

void Exchange::begin() {
  try {
    auto outcome = handler_.begin(request_);
    if (auto* response = std::get_if<Response>(&outcome)) {
      answer(std::move(*response));
    } else {
      receiver_ = std::move(std::get<std::unique_ptr<Receiver>>(outcome));
      if (!receiver_) fail("begin", "no receiver");
    }
  } catch (const std::exception& error) {
    fail("begin", error.what());
  }
}

void Exchange::write(std::span<const std::byte> piece) {
  if (answered_) return;
  try {
    receiver_->write(piece);
  } catch (const std::exception& error) {
    fail("write", error.what());
  }
}

void Exchange::finish() {
  if (answered_) return;
  try {
    answer(receiver_->finish());
    receiver_.reset();
  } catch (const std::exception& error) {
    fail("finish", error.what());
  }
}

void Exchange::fail(std::string_view step, std::string_view what) {
  spdlog::error("{} {}: {} failed: {}", request_->method, request_->path, step, what);
  receiver_.reset();
  answer(plain_response(500, "Internal error."));
}

void Exchange::answer(Response response) {
  if (!can_be_sent(response)) {
    return fail("answer", "a status below 200 or a header with a line break");
  }
  response_ = std::move(response);
  answered_ = true;
  const auto* segments = std::get_if<std::vector<FileSegment>>(&response_.body);
  if (segments == nullptr || !sends_body()) return;
  files_ = FilePieces(*segments);
  file_failed_ = !read_piece(first_piece_);
}

bool Exchange::sends_body() const {
  return request_->method != "HEAD" && status_has_body(response_.status);
}

bool Exchange::read_piece(Piece& piece) {
  try {
    piece.size =
        files_.read(piece.reserve(std::min<std::uint64_t>(Piece::kCapacity, files_.remaining())));
    return true;
  } catch (const std::exception& error) {
    spdlog::error("{} {}: sending failed: {}", request_->method, request_->path, error.what());
    return false;
  }
}

}  // namespace sagebrush::http
