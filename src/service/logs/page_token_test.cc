#include "service/logs/page_token.h"

#include <gtest/gtest.h>

#include "aws/aws_error.h"

namespace sagebrush::service::logs {
namespace {

TEST(PageTokenTest, ComesBackAsItWasWritten) {
  const EventsToken token = read_events_token(write_token(EventsToken{true, 12'345}));
  EXPECT_TRUE(token.forward);
  EXPECT_EQ(token.position, 12'345U);
  EXPECT_FALSE(read_events_token(write_token(EventsToken{false, 0})).forward);
  const auto cursor = read_search_token(write_token(store::LogSearchCursor{-5, "00ff", 77}));
  EXPECT_EQ(cursor.order_ms, -5);
  EXPECT_EQ(cursor.stream_id, "00ff");
  EXPECT_EQ(cursor.position, 77U);
  EXPECT_EQ(read_list_token(write_list_token("a/b")), "a/b");
}

TEST(PageTokenTest, RefusesWhatIsNotOurs) {
  for (const char* text :
       {"", "x", "f/", "f/12", "x/00000000000000000000000000000000000000000000000000000012",
        "f/0000000000000000000000000000000000000000000000000000001x",
        "f/99999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_THROW(read_events_token(text), aws::AwsError) << text;
    EXPECT_THROW(read_search_token(text), aws::AwsError) << text;
  }
  EXPECT_THROW(read_list_token("***"), aws::AwsError);
}

}  // namespace
}  // namespace sagebrush::service::logs
