#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace sagebrush::agent_protocol {

// How an image wants to be run (OCI image specification, config.md).
struct ImageConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory;                 // "" for none
  std::string user;                      // "", "name", "1000", "name:group" …
  std::string stop_signal;               // "", "SIGINT", "2" …

  // Of an image's config blob; what is absent or null stays empty. Throws Error{kInvalid} that
  // names the member.
  static ImageConfig of(const boost::json::object& blob);
};

}  // namespace sagebrush::agent_protocol
