#include "server/root_credentials.h"

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

namespace sagebrush::server {
namespace {

// AWS's own forms: AKIA and 16 of A-Z2-7; 40 letters and digits.
aws::Credentials make_credentials() {
  return {.access_key_id = "AKIA" + random_text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
          .secret_access_key =
              random_text(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
          .session_token = ""};
}

}  // namespace

aws::Credentials settle_root_credentials(const std::filesystem::path& data_dir,
                                         const aws::Credentials& given) {
  const auto file = data_dir / "credentials";
  if (given.access_key_id.empty() && std::filesystem::exists(file)) {
    const auto kept = aws::parse_credentials(read_file(file), "default", file.string());
    if (kept) return *kept;
    throw Error(ErrorKind::kInvalid,
                file.string() + " has no section [default]; remove the file to have new keys made");
  }
  const aws::Credentials root = given.access_key_id.empty() ? make_credentials() : given;
  write_file_atomically(file, aws::format_credentials(root), 0600);
  return root;
}

}  // namespace sagebrush::server
