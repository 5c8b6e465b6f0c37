#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"

namespace sagebrush::aws {
namespace {

constexpr const char* kFile =
    "# a comment\n"
    "[default]\r\n"
    "aws_access_key_id = AKIDEFAULT\r\n"
    "aws_secret_access_key=abc=/+\r\n"
    "\n"
    "[ other ]\n"
    "AWS_ACCESS_KEY_ID = AKIDOTHER\n"
    "aws_secret_access_key = s\n"
    "aws_session_token = t\n"
    "region = nowhere\n"
    "[half]\n"
    "aws_access_key_id = AKIDHALF\n";

// The AWS_* variables as a test needs them; as they were at the end.
class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    for (const char* name : kNames) {
      const char* value = std::getenv(name);
      before_.emplace_back(value == nullptr ? std::optional<std::string>() : value);
      ::unsetenv(name);
    }
    ::setenv("HOME", directory_.path().c_str(), 1);
  }
  ~CredentialsTest() override {
    for (std::size_t i = 0; i < before_.size(); ++i) {
      before_[i] ? ::setenv(kNames[i], before_[i]->c_str(), 1) : ::unsetenv(kNames[i]);
    }
  }

  static constexpr std::array kNames{"AWS_ACCESS_KEY_ID",           "AWS_SECRET_ACCESS_KEY",
                                     "AWS_SESSION_TOKEN",           "AWS_PROFILE",
                                     "AWS_SHARED_CREDENTIALS_FILE", "HOME"};
  TemporaryDirectory directory_;
  std::vector<std::optional<std::string>> before_;
};

TEST_F(CredentialsTest, ReadsASectionOfAFile) {
  const auto plain = parse_credentials(kFile, "default", "file");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->access_key_id, "AKIDEFAULT");
  EXPECT_EQ(plain->secret_access_key, "abc=/+");
  EXPECT_EQ(plain->session_token, "");
  const auto other = parse_credentials(kFile, "other", "file");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->access_key_id, "AKIDOTHER");
  EXPECT_EQ(other->session_token, "t");
  EXPECT_FALSE(parse_credentials(kFile, "absent", "file"));
}

TEST_F(CredentialsTest, NamesWhatASectionLacks) {
  try {
    parse_credentials(kFile, "half", "the file");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the file: the section [half] lacks aws_secret_access_key");
  }
}

TEST_F(CredentialsTest, ReadsBackWhatItWrote) {
  const Credentials written{"AKID", "se/cr+et=", "token=="};
  const auto read = parse_credentials(format_credentials(written, "p"), "p", "file");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access_key_id, written.access_key_id);
  EXPECT_EQ(read->secret_access_key, written.secret_access_key);
  EXPECT_EQ(read->session_token, written.session_token);
}

TEST_F(CredentialsTest, LooksIntoTheEnvironmentThenTheFile) {
  EXPECT_FALSE(find_credentials());
  std::filesystem::create_directory(directory_.path() / ".aws");
  write_file_atomically(directory_.path() / ".aws" / "credentials", kFile);
  EXPECT_EQ(find_credentials()->access_key_id, "AKIDEFAULT");
  ::setenv("AWS_PROFILE", "other", 1);
  EXPECT_EQ(find_credentials()->access_key_id, "AKIDOTHER");
  ::setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
  EXPECT_THROW(find_credentials(), Error);
  ::setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  EXPECT_EQ(find_credentials()->access_key_id, "AKIDENV");
}

}  // namespace
}  // namespace sagebrush::aws
