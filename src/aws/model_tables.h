#pragma once

#include <cstdint>
#include <string_view>

// The rows that tools/codegen writes for one service. Code reads them through the handles of
// aws/model.h.
namespace sagebrush::aws {

enum class Protocol : std::uint8_t { kJson, kQuery, kRestXml, kRestJson };

enum class ShapeKind : std::uint8_t {
  kStructure,
  kList,
  kMap,
  kString,
  kInteger,
  kLong,
  kDouble,
  kFloat,
  kBoolean,
  kTimestamp,
  kBlob,
};

enum class Location : std::uint8_t { kBody, kHeader, kHeaders, kQuery, kUri, kStatusCode };

enum class TimestampFormat : std::uint8_t { kByProtocol, kIso8601, kHttpDate, kUnixSeconds };

namespace tables {

// A piece of the service's string pool.
struct Text {
  std::uint32_t offset;
  std::uint32_t length;
};

enum ShapeFlag : std::uint16_t {
  kHasMin = 1,
  kHasMax = 2,
  kSensitive = 4,
  kFlattenedShape = 8,
  kException = 16,
  kServerFault = 32,
};

enum MemberFlag : std::uint16_t {
  kRequired = 1,
  kFlattenedMember = 2,
  kXmlAttribute = 4,
  kStreaming = 8,
  kNamedOnWire = 16,  // the model gives a locationName
  kIdempotencyToken = 32,
};

inline constexpr std::uint16_t kNone = 0xffff;

// A list has one member (its element); a map two (key, value).
struct ShapeRow {
  Text name;
  Text pattern;      // as the model has it, for messages
  Text re2_pattern;  // what RE2 is given
  Text error_code;   // of an exception: its code on the wire
  std::int64_t min;
  std::int64_t max;
  std::uint32_t first_member;
  std::uint32_t first_enum;
  std::uint16_t member_count;
  std::uint16_t enum_count;
  std::uint16_t flags;
  std::uint16_t payload;  // index among the shape's members, or kNone
  std::uint16_t http_status;
  ShapeKind kind;
  TimestampFormat timestamp_format;
};

struct MemberRow {
  Text name;
  Text wire_name;
  Text namespace_uri;
  Text namespace_prefix;
  std::uint16_t shape;
  std::uint16_t flags;
  Location location;
};

struct OperationRow {
  Text name;
  Text method;
  Text path;   // "/{Bucket}/{Key+}"
  Text query;  // "list-type=2": what the URI's query must hold
  Text result_wrapper;
  std::uint16_t input;   // shape or kNone
  std::uint16_t output;  // shape or kNone
  std::uint16_t first_error;
  std::uint16_t error_count;
  std::uint16_t status;
};

struct ServiceRow {
  std::string_view id;
  std::string_view full_name;
  std::string_view signing_name;
  std::string_view target_prefix;
  std::string_view json_version;
  std::string_view api_version;
  std::string_view xml_namespace;
  std::string_view validation_code;  // the error code of a request that breaks the model
  Protocol protocol;
  const char* pool;
  const ShapeRow* shapes;
  const MemberRow* members;
  const OperationRow* operations;
  const Text* enums;
  const std::uint16_t* errors;
  std::uint16_t shape_count;
  std::uint16_t operation_count;
};

}  // namespace tables
}  // namespace sagebrush::aws
