#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "http/body_framing.h"
#include "http/exchange.h"
#include "http/head_parser.h"
#include "http/server.h"
#include "http/transfer_pace.h"
#include "http/transport.h"
#include "http/worker_job.h"

namespace sagebrush::http {

// What all connections of one server share.
struct ServerContext {
  ServerOptions options;
  Handler& handler;
  asio::ssl::context* tls = nullptr;
  asio::thread_pool& workers;
  std::atomic<bool> stopping = false;
};

// One peer: reads requests, has them answered, in order, until one side has enough. Lives on one io
// thread. Every wait on the peer has a deadline, which a sweep of the io thread enforces by closing
// the socket.
class Connection {
 public:
  Connection(ServerContext& context, Socket socket);
  Task<void> run();

  // For the sweep and for shutdown, on the same io thread.
  void close_if_due(SteadyClock::time_point now);
  void close_if_idle();
  void close() { transport_.close(); }

 private:
  enum class After { kKeep, kLinger, kClose };
  struct Head {
    bool usable = false;  // else `after` says how to end
    After after = After::kClose;
    RequestHead head;
  };

  Task<void> serve();
  Task<Head> read_head();
  Task<Head> refuse(HeadError error);
  Task<After> serve_request(RequestHead head);
  Task<bool> answer_small(Exchange& exchange, BodyFraming& framing);
  Task<After> answer_large(Exchange& exchange, BodyFraming& framing, bool expects_continue);
  Task<After> skip_body(BodyFraming& framing, bool expects_continue);
  Task<std::optional<HeadError>> stream_body(Exchange& exchange, BodyFraming& framing);
  Task<std::optional<HeadError>> fill(Piece& piece, BodyFraming& framing, TransferPace& pace);
  Task<bool> send_response(Exchange& exchange, bool keep_alive);
  Task<bool> send_files(Exchange& exchange, std::string head);
  Task<bool> send(std::array<asio::const_buffer, 2> data, TransferPace& pace);
  Task<void> linger();

  TransferPace new_pace() const;
  void wait_at_most(std::chrono::nanoseconds time) { deadline_ = SteadyClock::now() + time; }
  void no_deadline() { deadline_ = SteadyClock::time_point::max(); }

  ServerContext& context_;
  Transport transport_;
  WorkerJob job_;
  std::string peer_address_;
  std::string input_;  // received and not yet used
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  bool idle_ = false;  // between requests, nothing of the next one here
};

}  // namespace sagebrush::http
