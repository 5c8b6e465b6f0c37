#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "http/client.h"

namespace sagebrush::http {
namespace {

TEST(Endpoint, ReadsSchemeHostAndPort) {
  const Endpoint plain = parse_endpoint("http://127.0.0.1:9000");
  EXPECT_FALSE(plain.secure);
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, 9000);
  EXPECT_EQ(host_header(plain), "127.0.0.1:9000");

  const Endpoint secure = parse_endpoint("HTTPS://Local-host.example/");
  EXPECT_TRUE(secure.secure);
  EXPECT_EQ(secure.port, 443);
  EXPECT_EQ(host_header(secure), "Local-host.example");
}

TEST(Endpoint, ReadsIpv6) {
  const Endpoint endpoint = parse_endpoint("http://[::1]:80/");
  EXPECT_EQ(endpoint.host, "::1");
  EXPECT_EQ(host_header(endpoint), "[::1]");
  EXPECT_EQ(host_header(parse_endpoint("https://[fe80::1]:9443")), "[fe80::1]:9443");
}

TEST(Endpoint, ShowsWhatItCantRead) {
  for (const std::string url :
       {"", "127.0.0.1:9000", "ftp://a", "http://", "http://:80", "http://a:", "http://a:0",
        "http://a:65536", "http://a:8x", "http://a:-1", "http://a/path", "http://a?q", "http://a#f",
        "http://u@a", "http://[::1", "http://[::1]x:1", "http://[]", "http://a b",
        "http://a\r\nb"}) {
    try {
      parse_endpoint(url);
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      EXPECT_THAT(error.what(), testing::HasSubstr("'" + url + "'"));
    }
  }
}

}  // namespace
}  // namespace sagebrush::http
