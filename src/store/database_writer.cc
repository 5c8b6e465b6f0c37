#include "store/database_writer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "store/fail_stop.h"

namespace sagebrush::store {
namespace {

constexpr std::size_t kBatchLimit = 256;

}  // namespace

DatabaseWriter::DatabaseWriter(DatabaseKind kind, std::unique_ptr<soci::session> session)
    : kind_(kind), session_(std::move(session)), thread_([this] { loop(); }) {}

DatabaseWriter::~DatabaseWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_waits_.notify_one();
  thread_.join();
}

void DatabaseWriter::run(const Database::Work& work) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    throw Error(ErrorKind::kInternal, "a database write inside a database write");
  }
  Ticket ticket{work};
  std::unique_lock lock(mutex_);
  queue_.push_back(&ticket);
  if (queue_.size() == 1) work_waits_.notify_one();
  batch_done_.wait(lock, [&] { return ticket.done; });
  if (ticket.error) std::rethrow_exception(ticket.error);
}

void DatabaseWriter::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_waits_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const auto end =
        queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kBatchLimit));
    const std::vector<Ticket*> batch(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    lock.unlock();
    run_batch(batch);
    lock.lock();
    for (Ticket* ticket : batch) ticket->done = true;
    batch_done_.notify_all();
  }
}

void DatabaseWriter::run_batch(const std::vector<Ticket*>& batch) {
  try {
    if (connection_lost_) {
      session_->reconnect();
      connection_lost_ = false;
    }
    *session_ << begin_write(kind_);
    run_works(batch);
    *session_ << "COMMIT";
  } catch (const soci::soci_error& error) {
    roll_back_and_fail(batch, to_error(error));
  } catch (const Error& error) {
    roll_back_and_fail(batch, error);
  }
}

void DatabaseWriter::run_works(const std::vector<Ticket*>& batch) {
  for (Ticket* ticket : batch) run_in_savepoint(*ticket);
}

// Throws only what makes the whole batch void.
void DatabaseWriter::run_in_savepoint(Ticket& ticket) {
  *session_ << "SAVEPOINT work";
  try {
    ticket.work(*session_);
  } catch (const soci::soci_error& error) {
    const Error known = to_error(error);
    if (known.kind() == ErrorKind::kIo || known.kind() == ErrorKind::kUnavailable) throw;
    ticket.error = std::make_exception_ptr(known);
  } catch (const std::exception&) {
    ticket.error = std::current_exception();
  }
  // A full disk may have made SQLite roll back by itself; then this throws and the batch is void.
  if (ticket.error) *session_ << "ROLLBACK TO SAVEPOINT work";
  *session_ << "RELEASE SAVEPOINT work";
}

void DatabaseWriter::roll_back_and_fail(const std::vector<Ticket*>& batch, const Error& error) {
  if (kind_ == DatabaseKind::kSqlite && error.kind() == ErrorKind::kIo) fail_stop(error.what());
  connection_lost_ = error.kind() == ErrorKind::kUnavailable;
  spdlog::error("database transaction of {} writes failed: {}", batch.size(), error.what());
  try {
    *session_ << "ROLLBACK";
  } catch (const soci::soci_error& rollback_error) {
    spdlog::warn("rollback: {}", rollback_error.what());
    connection_lost_ = kind_ == DatabaseKind::kPostgres;
  }
  for (Ticket* ticket : batch) {
    if (!ticket->error) ticket->error = std::make_exception_ptr(error);
  }
}

}  // namespace sagebrush::store
