#include "aws/aws_error.h"

#include <array>

namespace sagebrush::aws {
namespace {

struct Answer {
  const char* code;
  int status;
};

struct Row {
  ErrorKind kind;
  Answer s3;
  Answer iam;
  Answer sts;
  Answer sagemaker;
  Answer monitoring;
  Answer json;  // logs and the other JSON services
};

// Handlers that know better throw AwsError themselves (NoSuchBucket, DeleteConflict, …).
// clang-format off
constexpr std::array kRows{
    Row{ErrorKind::kInvalid,       {"InvalidArgument", 400},     {"InvalidInput", 400},         {"ValidationError", 400},     {"ValidationException", 400},     {"InvalidParameterValue", 400},           {"InvalidParameterException", 400}},
    Row{ErrorKind::kNotFound,      {"NoSuchKey", 404},           {"NoSuchEntity", 404},         {"ValidationError", 400},     {"ResourceNotFound", 400},        {"ResourceNotFound", 404},                {"ResourceNotFoundException", 400}},
    Row{ErrorKind::kAlreadyExists, {"BucketAlreadyExists", 409}, {"EntityAlreadyExists", 409},  {"ValidationError", 400},     {"ResourceInUse", 400},           {"InvalidParameterValue", 400},           {"ResourceAlreadyExistsException", 400}},
    Row{ErrorKind::kConflict,      {"OperationAborted", 409},    {"DeleteConflict", 409},       {"ValidationError", 400},     {"ValidationException", 400},     {"ConcurrentModificationException", 429}, {"OperationAbortedException", 400}},
    Row{ErrorKind::kDenied,        {"AccessDenied", 403},        {"AccessDenied", 403},         {"AccessDenied", 403},        {"AccessDeniedException", 400},   {"AccessDenied", 403},                    {"AccessDeniedException", 400}},
    Row{ErrorKind::kLimitExceeded, {"InsufficientStorage", 507}, {"LimitExceeded", 409},        {"Throttling", 400},          {"ResourceLimitExceeded", 400},   {"LimitExceeded", 400},                   {"LimitExceededException", 400}},
    Row{ErrorKind::kUnavailable,   {"ServiceUnavailable", 503},  {"ServiceUnavailable", 503},   {"ServiceUnavailable", 503},  {"ServiceUnavailable", 503},      {"InternalServiceError", 500},            {"ServiceUnavailableException", 503}},
    Row{ErrorKind::kUnsupported,   {"NotImplemented", 501},      {"NotImplemented", 501},       {"NotImplemented", 501},      {"NotImplementedException", 501}, {"NotImplementedException", 501},         {"NotImplementedException", 501}},
    Row{ErrorKind::kIo,            {"InternalError", 500},       {"InternalFailure", 500},      {"InternalFailure", 500},     {"InternalFailure", 500},         {"InternalServiceError", 500},            {"InternalFailure", 500}},
    Row{ErrorKind::kInternal,      {"InternalError", 500},       {"InternalFailure", 500},      {"InternalFailure", 500},     {"InternalFailure", 500},         {"InternalServiceError", 500},            {"InternalFailure", 500}},
};
// clang-format on

const Answer& pick(const Row& row, std::string_view service) {
  if (service == "s3") return row.s3;
  if (service == "iam") return row.iam;
  if (service == "sts") return row.sts;
  if (service == "sagemaker") return row.sagemaker;
  if (service == "monitoring") return row.monitoring;
  return row.json;
}

}  // namespace

ErrorStyle error_style(std::string_view service) {
  if (service == "s3") return ErrorStyle::kS3;
  if (service == "iam" || service == "sts" || service == "monitoring") return ErrorStyle::kQuery;
  return ErrorStyle::kJson;
}

AwsError to_aws_error(const Error& error, std::string_view service) {
  constexpr const char* kGeneral = "We encountered an internal error. Please try again.";
  const bool inside = error.kind() == ErrorKind::kIo || error.kind() == ErrorKind::kInternal;
  for (const Row& row : kRows) {
    if (row.kind != error.kind()) continue;
    const Answer& answer = pick(row, service);
    return AwsError(answer.code, answer.status, inside ? kGeneral : error.what());
  }
  return AwsError("InternalFailure", 500, kGeneral);
}

}  // namespace sagebrush::aws
