#include "store/database.h"

#include <fcntl.h>
#include <sys/file.h>

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/file.h"
#include "store/database_migrate.h"
#include "store/database_session.h"
#include "store/database_writer.h"

namespace sagebrush::store {
namespace {

constexpr int kReaderLimit = 64;  // more than there are threads that read

// Lends reading connections; opens them when first needed.
class ReaderPool {
 public:
  explicit ReaderPool(DatabaseAddress address) : address_(std::move(address)) {}

  std::unique_ptr<soci::session> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || lent_ < kReaderLimit; });
    ++lent_;
    if (idle_.empty()) {
      lock.unlock();
      return open();
    }
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return session;
  }

  // nullptr for a connection that is not to be used again.
  void give_back(std::unique_ptr<soci::session> session) {
    {
      const std::lock_guard lock(mutex_);
      --lent_;
      if (session) idle_.push_back(std::move(session));
    }
    returned_.notify_one();
  }

 private:
  std::unique_ptr<soci::session> open() {
    try {
      return open_reader(address_);
    } catch (const std::exception&) {
      give_back(nullptr);
      throw;
    }
  }

  const DatabaseAddress address_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<soci::session>> idle_;
  int lent_ = 0;  // including those being opened
};

// A connection on loan, in a transaction of its own. One that fails is closed, not used again.
class Reading {
 public:
  Reading(ReaderPool& pool, DatabaseKind kind) : pool_(pool), session_(pool.take()) {
    try {
      *session_ << begin_read(kind);
    } catch (const soci::soci_error& error) {
      pool_.give_back(nullptr);
      throw to_error(error);
    }
  }
  ~Reading() { pool_.give_back(finished_ ? std::move(session_) : nullptr); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  soci::session& session() { return *session_; }
  void finish() {
    *session_ << "COMMIT";
    finished_ = true;
  }

 private:
  ReaderPool& pool_;
  std::unique_ptr<soci::session> session_;
  bool finished_ = false;
};

// Two servers on one SQLite file would be two writers.
File lock_out_others(const DatabaseAddress& address) {
  if (address.kind != DatabaseKind::kSqlite) return File();
  File lock = File::open(address.path + ".lock", O_RDWR | O_CREAT, 0600);
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("lock " + address.path + ".lock");
    throw Error(ErrorKind::kConflict,
                "the database " + address.path + " is in use by another process");
  }
  return lock;
}

std::unique_ptr<soci::session> open_migrated(const DatabaseAddress& address) {
  try {
    auto session = open_writer(address);
    migrate(*session, address, migrations());
    return session;
  } catch (const soci::soci_error& error) {
    throw Error(ErrorKind::kIo, "cannot use the database " + address.url + ": " + error.what());
  }
}

}  // namespace

struct Database::Impl {
  explicit Impl(const DatabaseAddress& address)
      : kind(address.kind),
        lock(lock_out_others(address)),
        writer(address.kind, open_migrated(address)),
        readers(address) {}

  const DatabaseKind kind;
  const File lock;
  DatabaseWriter writer;
  ReaderPool readers;  // goes first, so that the writer is SQLite's last connection and checkpoints
};

Database::Database(const std::string& url)
    : impl_(std::make_unique<Impl>(parse_database_url(url))) {}

Database::~Database() = default;

void Database::write(const Work& work) {
  impl_->writer.run(work);
}

void Database::read(const Work& work) {
  Reading reading(impl_->readers, impl_->kind);
  try {
    work(reading.session());
    reading.finish();
  } catch (const soci::soci_error& error) {
    throw to_error(error);
  }
}

}  // namespace sagebrush::store
