// Reads a filter pattern (the first line) and tries it on a message (the rest). Only AwsError may
// come out.

#include <cstdint>
#include <string_view>

#include "aws/aws_error.h"
#include "service/logs/filter_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view message = input.substr(std::min(line + 1, input.size()));
  try {
    sagebrush::service::logs::FilterPattern::parse(input.substr(0, line)).matches(message);
  } catch (const sagebrush::aws::AwsError&) {
    return 0;
  }
  return 0;
}
