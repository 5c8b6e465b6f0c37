#include "aws/credentials.h"

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace sagebrush::aws {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::optional<Credentials> parse_credentials(std::string_view text, std::string_view profile,
                                             std::string_view where) {
  Credentials found;
  bool inside = false;
  bool seen = false;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      inside = line.ends_with(']') && trim(line.substr(1, line.size() - 2)) == profile;
      seen = seen || inside;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    const std::string name = to_lower(trim(line.substr(0, equals)));
    const std::string value(trim(line.substr(equals + 1)));
    if (name == "aws_access_key_id") found.access_key_id = value;
    if (name == "aws_secret_access_key") found.secret_access_key = value;
    if (name == "aws_session_token") found.session_token = value;
  }
  if (!seen) return std::nullopt;
  if (found.access_key_id.empty() || found.secret_access_key.empty()) {
    throw Error(ErrorKind::kInvalid,
                std::string(where) + ": the section [" + std::string(profile) + "] lacks " +
                    (found.access_key_id.empty() ? "aws_access_key_id" : "aws_secret_access_key"));
  }
  return found;
}

std::string format_credentials(const Credentials& credentials, std::string_view profile) {
  std::string text = "[" + std::string(profile) +
                     "]\naws_access_key_id = " + credentials.access_key_id +
                     "\naws_secret_access_key = " + credentials.secret_access_key + "\n";
  if (!credentials.session_token.empty()) {
    text += "aws_session_token = " + credentials.session_token + "\n";
  }
  return text;
}

std::optional<Credentials> find_credentials() {
  const Credentials direct{environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                           environment("AWS_SESSION_TOKEN")};
  if (!direct.access_key_id.empty() || !direct.secret_access_key.empty()) {
    if (direct.access_key_id.empty() || direct.secret_access_key.empty()) {
      throw Error(
          ErrorKind::kInvalid,
          std::string("the environment has only one of AWS_ACCESS_KEY_ID and "
                      "AWS_SECRET_ACCESS_KEY; set ") +
              (direct.access_key_id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
    }
    return direct;
  }
  std::filesystem::path path = environment("AWS_SHARED_CREDENTIALS_FILE");
  if (path.empty()) {
    const std::string home = environment("HOME");
    if (home.empty()) return std::nullopt;
    path = std::filesystem::path(home) / ".aws" / "credentials";
  }
  if (!std::filesystem::exists(path)) return std::nullopt;
  const std::string profile = environment("AWS_PROFILE");
  return parse_credentials(read_file(path), profile.empty() ? "default" : profile, path.string());
}

}  // namespace sagebrush::aws
