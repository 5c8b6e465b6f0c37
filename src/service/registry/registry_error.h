#pragma once

#include <boost/json.hpp>
#include <exception>
#include <string>

#include "http/message.h"
#include "store/image_types.h"

namespace sagebrush::service::registry {

// An error of the distribution specification: {"errors":[{"code","message","detail"}]}.
class RegistryError : public std::exception {
 public:
  RegistryError(std::string code, int status, std::string message, boost::json::value detail = {})
      : code_(std::move(code)),
        status_(status),
        message_(std::move(message)),
        detail_(std::move(detail)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  http::Response response() const;

 private:
  std::string code_;  // "NAME_UNKNOWN"
  int status_;
  std::string message_;
  boost::json::value detail_;
};

// The same in the registry's words. `repository` and `reference` are what was asked for.
[[noreturn]] void throw_problem(const store::ImageProblem& problem, const std::string& account,
                                const std::string& repository, const std::string& reference = "");

}  // namespace sagebrush::service::registry
