#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.h"

namespace sagebrush::http {

// Header fields in the order they came; names compare without case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string_view name, std::string value);  // replaces all of that name
  std::optional<std::string_view> find(
      std::string_view name) const;                   // the first; valid while *this is unchanged
  std::string_view get(std::string_view name) const;  // the first, or ""
  void erase(std::string_view name);
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

struct Request {
  std::string method;
  std::string path;   // raw, as received, still percent-encoded, without the query
  std::string query;  // raw, after '?'; "" when there is none
  Headers headers;
  std::string peer_address;                     // "127.0.0.1"
  bool secure = false;                          // came over TLS
  std::optional<std::uint64_t> content_length;  // absent when chunked or without a body
  bool has_body = false;
};

// A part of an open file; several make one body.
struct FileSegment {
  std::shared_ptr<const File> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Response {
  int status = 200;
  Headers headers = {};  // Content-Length, Date, Connection and Server are the server's
  std::variant<std::string, std::vector<FileSegment>> body = {};
  // For HEAD: the Content-Length to state; the body is not sent.
  std::optional<std::uint64_t> head_length = {};
};

// Takes one request's body and answers it. Calls come one after another, never at once, on worker
// threads; each may block. Destroyed without finish() when the client is gone: it must then leave
// nothing behind.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void write(std::span<const std::byte> piece) = 0;
  virtual Response finish() = 0;
};

// Answers requests. begin() gets the header alone, on a worker thread; it answers at once (the body
// is then not wanted) or says who takes the body. An exception out of begin, write or finish is
// answered 500 and logged: handlers turn theirs into responses.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual std::variant<Response, std::unique_ptr<Receiver>> begin(
      std::shared_ptr<const Request> request) = 0;
  // True when begin() for this request is a few microseconds' work and never blocks: it then runs
  // on the io thread, without the way to a worker and back. Asked on the io thread.
  virtual bool quick(const Request& request) const {
    (void)request;
    return false;
  }
  // True when the whole answer to this request, with a body of at most 64 KiB, is some tens of
  // microseconds' work and waits for no disk: begin(), write() and finish() then run on the io
  // thread. Asked on the io thread.
  virtual bool brief(const Request& request) const {
    (void)request;
    return false;
  }
};

}  // namespace sagebrush::http
