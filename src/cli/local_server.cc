#include "cli/local_server.h"

#include <signal.h>

#include <boost/json/parse.hpp>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "cli/json_value.h"

namespace sagebrush::cli {
namespace {

bool process_lives(int pid) {
  return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

}  // namespace

std::optional<ServerRecord> running_server(const std::filesystem::path& data_dir) {
  const std::filesystem::path file = data_dir / "server.json";
  if (!std::filesystem::exists(file)) return std::nullopt;
  boost::system::error_code code;
  const boost::json::value value = boost::json::parse(read_file(file), code);
  if (code || !value.is_object() || text_at(value.get_object(), "url").empty()) {
    throw Error(
        ErrorKind::kInvalid,
        file.string() + " is not a server's record; remove it if no server uses the folder");
  }
  const boost::json::object& object = value.get_object();
  ServerRecord record{.url = text_at(object, "url"),
                      .tls_url = text_at(object, "tls_url"),
                      .ca_file = text_at(object, "ca_file"),
                      .region = text_at(object, "region"),
                      .account = text_at(object, "account"),
                      .pid = static_cast<int>(integer_at(object, "pid").value_or(0)),
                      .data_dir = data_dir.string()};
  if (!process_lives(record.pid)) return std::nullopt;
  return record;
}

std::filesystem::path default_data_dir(const Environment& environment) {
  return user_data_directory(environment);
}

std::filesystem::path demo_data_dir(const Environment& environment) {
  return user_data_directory(environment) / "demo";
}

std::optional<ServerRecord> find_running_server(const Environment& environment) {
  if (!environment("HOME") && !environment("XDG_DATA_HOME")) return std::nullopt;
  if (auto record = running_server(default_data_dir(environment))) return record;
  return running_server(demo_data_dir(environment));
}

}  // namespace sagebrush::cli
