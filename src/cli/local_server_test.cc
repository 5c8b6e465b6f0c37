#include "cli/local_server.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/error.h"
#include "base/file.h"
#include "cli/child_process.h"
#include "cli/cloud.h"
#include "cli/local_credentials.h"

namespace sagebrush::cli {
namespace {

void write_record(const std::filesystem::path& folder, int pid) {
  const boost::json::value record{
      {"url", "http://127.0.0.1:1"}, {"region", "us-east-1"}, {"pid", pid}};
  write_file_atomically(folder / "server.json", boost::json::serialize(record));
}

Environment data_home(const std::filesystem::path& folder) {
  return [folder](const std::string& name) -> std::optional<std::string> {
    if (name == "XDG_DATA_HOME") return folder.string();
    return std::nullopt;
  };
}

TEST(LocalServer, IsFoundWhileItsProcessLives) {
  const TemporaryDirectory folder;
  EXPECT_FALSE(running_server(folder.path()));
  write_record(folder.path(), getpid());
  const auto record = running_server(folder.path());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->url, "http://127.0.0.1:1");
  EXPECT_EQ(record->data_dir, folder.path().string());
}

TEST(LocalServer, ARecordOfADeadProcessIsIgnored) {
  const TemporaryDirectory folder;
  ChildProcess child(
      {.arguments = {"true"}, .working_directory = {}, .output_file = {}, .own_session = false});
  child.wait();
  write_record(folder.path(), child.pid());
  EXPECT_FALSE(running_server(folder.path()));
}

TEST(LocalServer, ABrokenRecordIsNamed) {
  const TemporaryDirectory folder;
  write_file_atomically(folder.path() / "server.json", "{");
  EXPECT_THROW(running_server(folder.path()), Error);
}

TEST(LocalServer, TheDefaultFolderGoesBeforeTheDemos) {
  const TemporaryDirectory home;
  const Environment environment = data_home(home.path());
  EXPECT_FALSE(find_running_server(environment));
  std::filesystem::create_directories(demo_data_dir(environment));
  write_record(demo_data_dir(environment), getpid());
  EXPECT_EQ(find_running_server(environment)->data_dir, demo_data_dir(environment).string());
  write_record(default_data_dir(environment), getpid());
  EXPECT_EQ(find_running_server(environment)->data_dir, default_data_dir(environment).string());
}

TEST(LocalCredentials, AreReadFromTheDataFolder) {
  const TemporaryDirectory folder;
  const Environment empty = [](const std::string&) { return std::nullopt; };
  const ServerRecord server{.url = "",
                            .tls_url = "",
                            .ca_file = "",
                            .region = "",
                            .account = "",
                            .pid = 0,
                            .data_dir = folder.path().string()};
  EXPECT_THROW(local_credentials(server, empty), ConfigurationError);
  write_file_atomically(folder.path() / "credentials",
                        "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n");
  EXPECT_EQ(local_credentials(server, empty).access_key_id, "AKIA1");
}

}  // namespace
}  // namespace sagebrush::cli
