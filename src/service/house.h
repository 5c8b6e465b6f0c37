#pragma once

#include <string>

namespace sagebrush {
class Clock;
namespace store {
class Database;
class Identities;
class Logs;
class Objects;
}  // namespace store
namespace job {
class Engine;
}
}  // namespace sagebrush

namespace sagebrush::service {

// What handlers work with: made once at start, alive as long as any request.
struct House {
  std::string account;  // "000000000000"
  std::string region;   // the configured one; a request's own is in its Call
  const Clock& clock;
  store::Database& database;
  store::Objects& objects;
  store::Logs& logs;
  store::Identities& identities;
  job::Engine& engine;
};

}  // namespace sagebrush::service
