#include "server/root_credentials.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::server {
namespace {

namespace fs = std::filesystem;

TEST(RootCredentials, AreMadeOnceAndKeptPrivate) {
  const TemporaryDirectory data;
  const auto made = settle_root_credentials(data.path(), {});
  EXPECT_TRUE(made.access_key_id.starts_with("AKIA"));
  EXPECT_EQ(made.access_key_id.size(), 20u);
  EXPECT_EQ(made.secret_access_key.size(), 40u);
  EXPECT_EQ(settle_root_credentials(data.path(), {}).secret_access_key, made.secret_access_key);
  EXPECT_EQ(fs::status(data.path() / "credentials").permissions() & fs::perms::mask,
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(RootCredentials, GivenOnesReplaceTheFile) {
  const TemporaryDirectory data;
  settle_root_credentials(data.path(), {});
  settle_root_credentials(data.path(), {"AKIAGIVEN", "secret", ""});
  EXPECT_EQ(settle_root_credentials(data.path(), {}).access_key_id, "AKIAGIVEN");
}

TEST(RootCredentials, RefuseAFileWithoutKeys) {
  const TemporaryDirectory data;
  write_file_atomically(data.path() / "credentials", "[default]\nregion = x\n");
  EXPECT_THROW(settle_root_credentials(data.path(), {}), Error);
}

}  // namespace
}  // namespace sagebrush::server
