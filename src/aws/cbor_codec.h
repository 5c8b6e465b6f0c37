#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model.h"

// Smithy's RPC v2 CBOR: bodies in CBOR (RFC 8949).
namespace sagebrush::aws {

// Reads a body and checks its kinds against `shape`, as decode_json does; times come as tag 1 or a
// number, blobs as byte strings. Throws AwsError SerializationException for what is not one CBOR
// map, has numbers that are not finite or is nested deeper than 64.
boost::json::object decode_cbor(const std::optional<Shape>& shape, std::string_view body);

// Definite lengths, doubles in 64 bits; members without a value are left out.
std::string encode_cbor(const Shape& shape, const boost::json::object& output);

// {"__type": …, "message": …}: an error's body.
std::string encode_cbor_texts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members);

}  // namespace sagebrush::aws
