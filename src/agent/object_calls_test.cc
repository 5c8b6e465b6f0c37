#include "agent/object_calls.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "http/server.h"
#include "http/test_handler.h"

namespace sagebrush::agent {
namespace {

// Keeps what it is asked: "METHOD QUERY BODY".
class ObjectCallsTest : public ::testing::Test {
 protected:
  ObjectCallsTest() {
    server_.start();
    write_file_atomically(folder_.path() / "spec.json", "{}");
    spec_.access.server_url = "http://127.0.0.1:" + std::to_string(server_.port());
    spec_.region = "us-east-1";
  }

  http::Response answer(const std::string& method, const std::string& query,
                        const std::string& body) {
    const std::lock_guard hold(mutex_);
    asked_.push_back(method + " " + query + " " + body);
    if (!refused_.empty() && query.starts_with(refused_)) {
      return http::text_response("<Error><Message>no</Message></Error>", 403);
    }
    http::Response out = http::text_response("<UploadId>u/1</UploadId>");
    out.headers.add("ETag", "\"" + body + "\"");
    return out;
  }
  void put(const std::string& text, std::uint64_t largest_put) {
    write_file_atomically(folder_.path() / "file", text);
    ObjectCalls(spec_, orders_, largest_put)
        .put_file({"b", "k"}, File::open(folder_.path() / "file", O_RDONLY));
  }

  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::string refused_;
  http::TestHandler handler_{[this](std::shared_ptr<const http::Request> request) {
    return std::make_unique<http::CollectingReceiver>([this, request](const std::string& body) {
      return answer(request->method, request->query, body);
    });
  }};
  http::Server server_{{}, handler_};
  TemporaryDirectory folder_;
  agent_protocol::Spec spec_;
  Orders orders_{folder_.path() / "spec.json"};
};

TEST_F(ObjectCallsTest, SendWhatIsTooLargeForOneRequestInParts) {
  put("0123456789", 40);
  EXPECT_EQ(asked_, std::vector<std::string>{"PUT  0123456789"});
  asked_.clear();
  put(std::string(40, 'a') + "bc", 40);
  ASSERT_EQ(asked_.size(), 1 + 21 + 1);
  EXPECT_TRUE(asked_.front().starts_with("POST uploads")) << asked_.front();
  EXPECT_EQ(asked_[1], "PUT partNumber=1&uploadId=u%2F1 aa");
  EXPECT_EQ(asked_[21], "PUT partNumber=21&uploadId=u%2F1 bc");
  EXPECT_TRUE(
      asked_.back().starts_with("POST uploadId=u%2F1 <CompleteMultipartUpload><Part>"
                                "<PartNumber>1</PartNumber><ETag>\"aa\"</ETag></Part>"))
      << asked_.back();
}

TEST_F(ObjectCallsTest, LeaveNoPartsOfWhatIsRefused) {
  refused_ = "partNumber=2&";
  EXPECT_THROW(put(std::string(41, 'a'), 40), Error);
  EXPECT_EQ(asked_.back(), "DELETE uploadId=u%2F1 ");
}

}  // namespace
}  // namespace sagebrush::agent
