#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "http/file_pieces.h"
#include "http/message.h"

namespace sagebrush::http {

// A stretch of a body on its way between disk and socket.
struct Piece {
  static constexpr std::size_t kCapacity = 512 * 1024;

  std::unique_ptr<std::byte[]> data;
  std::size_t capacity = 0;
  std::size_t size = 0;

  // All of the memory; the first call decides how much there is.
  std::span<std::byte> reserve(std::size_t bytes) {
    if (!data) {
      data = std::make_unique_for_overwrite<std::byte[]>(bytes);
      capacity = bytes;
    }
    return {data.get(), capacity};
  }
  std::span<const std::byte> bytes() const { return {data.get(), size}; }
};

// One request between header and answer: calls the handler, turns its exceptions into 500 and a log
// line. Blocking (but for the const members); one call at a time, on any thread. Nothing here
// throws.
class Exchange {
 public:
  Exchange(Handler& handler, Request request);
  const Request& request() const { return *request_; }
  void begin();
  void write(std::span<const std::byte> piece);
  void finish();
  // Drops the receiver of a request that won't be whole.
  void abandon() { receiver_.reset(); }
  bool answered() const { return answered_; }
  Response& response() { return response_; }

  bool sends_body() const;
  // Reads the next piece of a body out of files; `piece` is empty when there is no more. False: the
  // file failed.
  bool read_piece(Piece& piece);
  std::uint64_t unread_file_bytes() const { return files_.remaining(); }
  // What the call that made the response has read already: small files need no further hop.
  Piece& first_piece() { return first_piece_; }
  bool file_failed() const { return file_failed_; }

 private:
  void answer(Response response);
  void fail(std::string_view step, std::string_view what);

  Handler& handler_;
  std::shared_ptr<const Request> request_;
  std::unique_ptr<Receiver> receiver_;
  Response response_;
  bool answered_ = false;
  FilePieces files_;
  Piece first_piece_;
  bool file_failed_ = false;
};

}  // namespace sagebrush::http
