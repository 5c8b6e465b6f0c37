#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"

namespace sagebrush::container {

// How a container without a network reaches the server: at this port of its own loopback, and, for
// its role's keys, at kCredentialsAddress.
struct ServerAccess {
  std::uint16_t port = 0;
  std::string credentials_path;  // "/v2/credentials/<uuid>"
};

// The relay is a process of the shim's, made before the shim enters the container's namespaces, so
// that it can reach the server; the sockets that it accepts on are made inside and handed to it. It
// lives exactly as long as the shim, so agents may come and go. It reads the server's address and
// the keys from the attempt's spec anew for each connection: a server that moved is found again.
class RelayProcess {
 public:
  // Starts it. Call in the machine's own network, from a single-threaded process.
  explicit RelayProcess(const std::filesystem::path& spec, const ServerAccess& access);
  ~RelayProcess();  // ends it, and waits until it is gone
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;
  // Makes the sockets in the calling thread's network namespace and hands them over. Clients wait
  // in their queues from here on. Throws Error{kIo}.
  void listen();

 private:
  ServerAccess access_;
  File channel_;
  pid_t child_ = -1;
};

// "http://127.0.0.1:9000/" → {"127.0.0.1", "9000"}; nullopt when it is no such address.
std::optional<std::pair<std::string, std::string>> host_and_port(const std::string& url);

}  // namespace sagebrush::container
