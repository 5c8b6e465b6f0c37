#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sagebrush::aws {

// An error as an AWS client sees it. The codec words it (JSON `__type`, XML `<Code>`); thrown by
// services and by whatever reads a request, caught by the dispatcher. The client throws what it
// read from an answer.
class AwsError : public std::exception {
 public:
  AwsError(std::string code, int status, std::string message)
      : code_(std::move(code)), status_(status), message_(std::move(message)) {}
  const std::string& code() const { return code_; }        // "ValidationException"
  int status() const { return status_; }                   // of HTTP
  const std::string& message() const { return message_; }  // for the user: no inside of ours
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string code_;
  int status_;
  std::string message_;
};

// How a service words its errors: S3's REST-XML, the query protocol's XML, JSON's exceptions.
enum class ErrorStyle { kS3, kQuery, kJson };
ErrorStyle error_style(std::string_view service);  // by signing name; kJson for one not known

// Maps an error of a lower layer by the table in the .cc. kIo and kInternal get a general message:
// their own is for the log.
AwsError to_aws_error(const Error& error, std::string_view service);

}  // namespace sagebrush::aws
