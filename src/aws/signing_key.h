#pragma once

#include <string>
#include <string_view>

namespace sagebrush::aws {

// HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request"): raw, 32 bytes.
// date: "20260131".
std::string derive_signing_key(std::string_view secret, std::string_view date,
                               std::string_view region, std::string_view service);

// The same, remembered for the last few hundred scopes in use. Any thread.
std::string signing_key(std::string_view access_key_id, std::string_view secret,
                        std::string_view date, std::string_view region, std::string_view service);

}  // namespace sagebrush::aws
