#include "server/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::server {
namespace {

namespace fs = std::filesystem;

// The default data folder, as the XDG base directory specification has it.
fs::path default_data_dir() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
    return fs::path(data) / "sagebrush";
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : ".") / ".local/share/sagebrush";
}

void apply_environment(Options& options) {
  if (const char* id = std::getenv("SAGEBRUSH_ACCESS_KEY_ID")) options.access_key_id = id;
  if (const char* secret = std::getenv("SAGEBRUSH_SECRET_ACCESS_KEY")) {
    options.secret_access_key = secret;
  }
}

void check(const Options& options) {
  if (options.access_key_id.empty() != options.secret_access_key.empty()) {
    throw Error(ErrorKind::kInvalid,
                "the access key id and the secret access key must be given together");
  }
  if (options.certificate.empty() != options.private_key.empty()) {
    throw Error(ErrorKind::kInvalid, "--certificate and --private-key must be given together");
  }
  if (!is_loopback(options.listen)) {
    throw Error(ErrorKind::kInvalid,
                "--listen " + options.listen.host +
                    " would send keys and data in the clear: plain HTTP is for loopback only. "
                    "Listen with TLS instead: --tls-listen " +
                    options.listen.host + ":9443");
  }
}

}  // namespace

Address parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : parse_unsigned(text.substr(colon + 1));
  if (!port || *port > 65535 || colon == 0) {
    throw Error(ErrorKind::kInvalid,
                "'" + text + "' is not an address; write HOST:PORT, as 127.0.0.1:9000");
  }
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, static_cast<std::uint16_t>(*port)};
}

bool is_loopback(const Address& address) {
  return address.host == "localhost" || address.host == "::1" || address.host.starts_with("127.");
}

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  options.data_dir = default_data_dir();
  CLI::App app("Serves the AWS APIs for training jobs and their storage on one port.",
               "sagebrush serve");
  std::string config, listen, tls_listen, data_dir;
  app.add_option("--data-dir", data_dir, "Where everything is kept")->type_name("DIR");
  app.add_option("--listen", listen, "Plain HTTP, loopback only [127.0.0.1:9000]")
      ->type_name("HOST:PORT");
  app.add_option("--tls-listen", tls_listen, "HTTPS [the plain port + 443]")
      ->type_name("HOST:PORT");
  app.add_option("--config", config, "Settings in YAML (docs/configuration.md)")->type_name("FILE");
  app.add_option("--certificate", options.certificate, "PEM chain instead of one of our own")
      ->type_name("FILE");
  app.add_option("--private-key", options.private_key, "PEM key of --certificate")
      ->type_name("FILE");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error [info]")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::kInvalid, error.what());
  }
  if (!config.empty()) apply_configuration(config, options);
  apply_environment(options);
  if (!data_dir.empty()) options.data_dir = data_dir;
  if (!listen.empty()) options.listen = parse_address(listen);
  if (!tls_listen.empty()) options.tls_listen = parse_address(tls_listen);
  options.data_dir = fs::absolute(options.data_dir).lexically_normal();
  check(options);
  return options;
}

}  // namespace sagebrush::server
