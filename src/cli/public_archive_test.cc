#include "cli/public_archive.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/child_process.h"
#include "http/server.h"
#include "http/test_handler.h"

namespace sagebrush::cli {
namespace {

namespace fs = std::filesystem;

class PublicArchiveTest : public testing::Test {
 protected:
  PublicArchiveTest() {
    fs::create_directory(folder.path() / "batches");
    write_file_atomically(folder.path() / "batches/one.bin", "images");
    ProgramCall tar;
    tar.arguments = {"tar", "-czf",        folder.path() / "packed.tar.gz",
                     "-C",  folder.path(), "batches"};
    EXPECT_EQ(ChildProcess(tar).wait(), 0);
    packed = read_file(folder.path() / "packed.tar.gz");
    server.start();
    archive = {.name = "Batches",
               .server = "http://127.0.0.1:" + std::to_string(server.port()),
               .path = "/batches.tar.gz",
               .bytes = packed.size(),
               .md5 = to_hex(hash(HashKind::kMd5, packed)),
               .folder = "batches"};
  }

  fs::path fetch() { return fetch_archive(archive, cache, terminal, interrupt); }
  ErrorKind refusal() {
    try {
      fetch();
    } catch (const Error& error) {
      EXPECT_TRUE(fs::is_empty(cache)) << "a part is left";
      return error.kind();
    }
    ADD_FAILURE() << "taken";
    return ErrorKind::kInternal;
  }

  const TemporaryDirectory folder;
  const fs::path cache = folder.path() / "cache";
  std::string packed;
  int asked = 0;
  http::TestHandler handler{[this](const auto& request) -> http::TestHandler::Outcome {
    ++asked;
    return http::text_response(packed, request->path == "/batches.tar.gz" ? 200 : 404);
  }};
  http::Server server{{}, handler};
  Terminal terminal{true, true, [](const std::string&) { return std::nullopt; }};
  const Interrupt interrupt;
  PublicArchive archive;
};

TEST_F(PublicArchiveTest, IsFetchedAndUnpackedOnce) {
  EXPECT_EQ(read_file(fetch() / "one.bin"), "images");
  EXPECT_EQ(fetch(), cache / "batches");
  EXPECT_EQ(asked, 1);
}

TEST_F(PublicArchiveTest, IsNotTakenWhenItIsAnother) {
  packed.back() = static_cast<char>(packed.back() ^ 1);
  EXPECT_EQ(refusal(), ErrorKind::kInvalid);
  packed += "more";
  EXPECT_EQ(refusal(), ErrorKind::kInvalid);
  packed.resize(packed.size() / 2);
  EXPECT_EQ(refusal(), ErrorKind::kInvalid);
}

TEST_F(PublicArchiveTest, SaysThatItIsNotThere) {
  archive.path = "/moved";
  EXPECT_EQ(refusal(), ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace sagebrush::cli
