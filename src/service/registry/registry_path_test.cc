#include "service/registry/registry_path.h"

#include <gtest/gtest.h>

namespace sagebrush::service::registry {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string read(const std::string& path) {
  const RegistryPath found = parse_registry_path(path);
  if (found.resource == Resource::kUnknown) return "unknown";
  if (!found.invalid.empty()) return "invalid " + std::string(found.invalid);
  return std::to_string(static_cast<int>(found.resource)) + " " + found.name + " " +
         found.reference;
}

std::string shown(Resource resource, const std::string& name, const std::string& reference) {
  return std::to_string(static_cast<int>(resource)) + " " + name + " " + reference;
}

TEST(RegistryPath, KnowsEachResource) {
  EXPECT_EQ(read("/v2/"), shown(Resource::kBase, "", ""));
  EXPECT_EQ(read("/v2"), shown(Resource::kBase, "", ""));
  EXPECT_EQ(read("/v2/_catalog"), shown(Resource::kCatalog, "", ""));
  EXPECT_EQ(read("/v2/a/b/tags/list"), shown(Resource::kTags, "a/b", ""));
  EXPECT_EQ(read("/v2/a/manifests/v1"), shown(Resource::kManifest, "a", "v1"));
  EXPECT_EQ(read("/v2/a/manifests/" + kDigest), shown(Resource::kManifest, "a", kDigest));
  EXPECT_EQ(read("/v2/a/blobs/" + kDigest), shown(Resource::kBlob, "a", kDigest));
  EXPECT_EQ(read("/v2/a/blobs/uploads/"), shown(Resource::kUploads, "a", ""));
  EXPECT_EQ(read("/v2/a/blobs/uploads"), shown(Resource::kUploads, "a", ""));
  EXPECT_EQ(read("/v2/a/blobs/uploads/x-1"), shown(Resource::kUpload, "a", "x-1"));
  EXPECT_EQ(read("/v2/a/referrers/" + kDigest), shown(Resource::kReferrers, "a", kDigest));
}

TEST(RegistryPath, NamesMayHoldTheProtocolsOwnWords) {
  EXPECT_EQ(read("/v2/blobs/manifests/tags/list"), shown(Resource::kTags, "blobs/manifests", ""));
  EXPECT_EQ(read("/v2/manifests/manifests/v1"), shown(Resource::kManifest, "manifests", "v1"));
  EXPECT_EQ(read("/v2/tags/list/manifests/list"), shown(Resource::kManifest, "tags/list", "list"));
}

TEST(RegistryPath, DecodesOnce) {
  EXPECT_EQ(read("/v2/a/blobs/sha256%3A" + std::string(64, 'a')),
            shown(Resource::kBlob, "a", kDigest));
  EXPECT_EQ(read("/v2/a%2Fb/manifests/v1"), shown(Resource::kManifest, "a/b", "v1"));
  EXPECT_EQ(read("/v2/a/manifests/%252e"), "invalid reference");
}

TEST(RegistryPath, RefusesTricks) {
  EXPECT_EQ(read("/v2/../x/manifests/v1"), "invalid name");
  EXPECT_EQ(read("/v2/a/..%2f..%2fcredentials/manifests/v1"), "invalid name");
  EXPECT_EQ(read("/v2/a%00b/manifests/v1"), "invalid name");
  EXPECT_EQ(read("/v2//manifests/v1"), "invalid name");
  EXPECT_EQ(read("/v2/A/manifests/v1"), "invalid name");
  EXPECT_EQ(read("/v2/a/manifests/.."), "invalid reference");
  EXPECT_EQ(read("/v2/a/manifests/"), "invalid reference");
  EXPECT_EQ(read("/v2/a/manifests/sha256:ab"), "invalid digest");
  EXPECT_EQ(read("/v2/a/blobs/sha512:ab"), "invalid digest");
  EXPECT_EQ(read("/v2/a/blobs/latest"), "invalid digest");
  for (const char* path : {"/v2/a", "/v2/a/b", "/v2/a/b/c", "/v3/", "/v2x", "/v2/%zz/manifests/a",
                           "/v2/manifests/v1", ""}) {
    EXPECT_EQ(read(path), "unknown") << path;
  }
}

}  // namespace
}  // namespace sagebrush::service::registry
