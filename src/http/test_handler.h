#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "http/message.h"

namespace sagebrush::http {

inline Response text_response(std::string text, int status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

// Waits for a condition that another thread brings about; a test that waits in vain runs into its
// 300 s limit.
class Signal {
 public:
  void set() {
    const std::scoped_lock lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// Collects the body and answers by a function of it.
class CollectingReceiver : public Receiver {
 public:
  explicit CollectingReceiver(std::function<Response(std::string)> answer)
      : answer_(std::move(answer)) {}
  void write(std::span<const std::byte> piece) override {
    body_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  Response finish() override { return answer_(std::move(body_)); }

 private:
  std::function<Response(std::string)> answer_;
  std::string body_;
};

// A handler out of a function; by default it answers "METHOD PATH?QUERY|BODY".
class TestHandler : public Handler {
 public:
  using Outcome = std::variant<Response, std::unique_ptr<Receiver>>;
  using Begin = std::function<Outcome(std::shared_ptr<const Request>)>;

  TestHandler() : TestHandler(echo) {}
  explicit TestHandler(Begin begin) : begin_(std::move(begin)) {}
  Outcome begin(std::shared_ptr<const Request> request) override {
    return begin_(std::move(request));
  }

  static Outcome echo(std::shared_ptr<const Request> request) {
    return std::make_unique<CollectingReceiver>([request](std::string body) {
      return text_response(request->method + " " + request->path + "?" + request->query + "|" +
                           body);
    });
  }

 private:
  Begin begin_;
};

}  // namespace sagebrush::http
