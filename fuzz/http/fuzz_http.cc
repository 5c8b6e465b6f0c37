// Feeds hostile bytes to the head scanner, both head parsers and the chunk decoder, as the server
// does: the head in two pieces, then the body cut at places that the input's first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "http/body_framing.h"
#include "http/head_parser.h"

namespace {

using sagebrush::http::BodyFraming;

struct Outcome {
  std::string payload;
  std::size_t consumed = 0;
  bool complete = false;
  bool bad = false;

  bool operator==(const Outcome&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

Outcome decode(BodyFraming framing, std::vector<std::byte> input, std::size_t piece_bytes) {
  Outcome outcome;
  while (outcome.consumed < input.size() && !framing.complete()) {
    const auto piece = std::span(input).subspan(
        outcome.consumed, std::min(piece_bytes, input.size() - outcome.consumed));
    const auto decoded = sagebrush::http::decode_in_place(framing, piece);
    if (!decoded) {
      outcome = {};
      outcome.bad = true;
      return outcome;
    }
    require(decoded->payload <= decoded->consumed && decoded->consumed <= piece.size());
    require(decoded->consumed == piece.size() || framing.complete());
    outcome.payload.append(reinterpret_cast<const char*>(piece.data()), decoded->payload);
    outcome.consumed += decoded->consumed;
  }
  outcome.complete = framing.complete();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t cut = data[0] + 1;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t body_at = 0;

  sagebrush::http::HeadScanner scanner({});
  auto found = scanner.scan(std::string_view(text).substr(0, cut));
  if (found && !*found) found = scanner.scan(text);
  if (found && *found) {
    body_at = **found;
    require(body_at <= text.size());
    const std::string_view head = std::string_view(text).substr(0, body_at);
    if (const auto request = sagebrush::http::parse_request_head(head)) {
      require(!request->request.path.empty());
    }
    (void)sagebrush::http::parse_response_head(head);
  }

  const auto body = std::as_bytes(std::span(text)).subspan(body_at);
  const std::vector<std::byte> bytes(body.begin(), body.end());
  const Outcome whole = decode(BodyFraming::chunked(), bytes, bytes.size() + 1);
  require(whole == decode(BodyFraming::chunked(), bytes, cut));
  return 0;
}
