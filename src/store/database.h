#pragma once

#include <functional>
#include <memory>
#include <string>

namespace soci {
class session;
}

namespace sagebrush::store {

// The metadata database. One connection writes (SQLite before 3.51.3 can corrupt its WAL with two),
// several read. A URL is "sqlite:///absolute/path" or "postgresql://…" (libpq's form).
class Database {
 public:
  using Work = std::function<void(soci::session&)>;

  // Opens, checks and migrates. Throws Error{kIo} that names the URL.
  explicit Database(const std::string& url);
  ~Database();

  // Runs `work` and returns when what it wrote is durable. Works of callers that wait together
  // share one commit, each behind a savepoint of its own: one that throws is undone alone and its
  // exception comes out here. Blocking. Must not nest.
  void write(const Work& work);
  // Runs `work` on a reading connection. Sees all that was acknowledged before the call. Blocking.
  void read(const Work& work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sagebrush::store
