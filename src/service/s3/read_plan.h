#pragma once

#include <boost/json/object.hpp>

#include "service/s3/byte_range.h"
#include "service/s3/read_conditions.h"
#include "store/object_types.h"

namespace sagebrush::service::s3 {

// What GetObject and HeadObject answer: which bytes, and the output's members.
struct ReadPlan {
  ByteRange range;
  bool partial = false;  // 206
  boost::json::object output;
};

struct ReadWish {
  ReadConditions conditions;
  std::optional<std::string> range;
  std::optional<std::int64_t> part_number;
  bool checksums = false;
};

// Throws AwsError: failed conditions, InvalidRange, InvalidPartNumber (416), InvalidRequest for a
// range and a part.
ReadPlan plan_read(const ReadWish& wish, const store::StoredObject& object);

template <typename Request>
ReadWish wish_of(const Request& request) {
  return {conditions_of(request), request.Range(), request.PartNumber(),
          request.ChecksumMode() == "ENABLED"};
}

}  // namespace sagebrush::service::s3
