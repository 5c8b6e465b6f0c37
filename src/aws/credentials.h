#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sagebrush::aws {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "" for long-lived keys
};

// Looks where the AWS clients look: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN,
// else the section AWS_PROFILE (else "default") of AWS_SHARED_CREDENTIALS_FILE (else
// ~/.aws/credentials). nullopt when there are none at all; throws Error{kInvalid} that names what
// is missing when there are half.
std::optional<Credentials> find_credentials();

// One section of the text of a credentials file; nullopt when it isn't there. `where` is for the
// message.
std::optional<Credentials> parse_credentials(std::string_view text, std::string_view profile,
                                             std::string_view where);

// The text of a credentials file with one profile.
std::string format_credentials(const Credentials& credentials,
                               std::string_view profile = "default");

}  // namespace sagebrush::aws
