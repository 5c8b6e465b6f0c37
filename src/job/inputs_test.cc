#include "job/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;

// A bucket named "data" of these objects.
ObjectSource bucket_of(std::map<std::string, std::string> objects) {
  return {
      .list =
          [objects](const std::string& bucket, const std::string& prefix) {
            if (bucket != "data") throw Error(ErrorKind::kNotFound, "no bucket");
            std::vector<ListedObject> found;
            for (const auto& [key, body] : objects) {
              if (!key.starts_with(prefix)) continue;
              // A body of "parts" was uploaded in several.
              found.push_back({key, body.size(), "etag", body == "parts" ? "" : "/blobs/" + key});
            }
            return found;
          },
      .find = [objects](const std::string& bucket,
                        const std::string& key) -> std::optional<ListedObject> {
        const auto found = objects.find(key);
        if (bucket != "data" || found == objects.end()) return std::nullopt;
        return ListedObject{key, found->second.size(), "etag",
                            found->second == "parts" ? "" : "/blobs/" + key};
      },
      .read =
          [objects](const std::string&, const std::string& key) {
            const auto found = objects.find(key);
            if (found == objects.end()) throw Error(ErrorKind::kNotFound, "no object");
            return found->second;
          },
      .materialise = [](const std::string&, const std::string& key) { return "/joined/" + key; },
      .file_system = [](const std::string& id) -> std::optional<FileSystem> {
        if (id != "fs-1") return std::nullopt;
        return FileSystem{.path = "/shared", .mount_name = ""};
      }};
}

json::object request(const std::string& uri, const std::string& type = "S3Prefix",
                     const std::string& distribution = "FullyReplicated") {
  return {{"InputDataConfig",
           {{{"ChannelName", "train"},
             {"DataSource",
              {{"S3DataSource",
                {{"S3DataType", type},
                 {"S3Uri", uri},
                 {"S3DataDistributionType", distribution},
                 {"AttributeNames", {"source-ref", "label"}}}}}}}}}};
}

std::vector<std::string> paths(const agent_protocol::Inputs& inputs) {
  std::vector<std::string> all;
  for (const auto& file : inputs.channels.at(0).files) all.push_back(file.path);
  return all;
}

std::string failure(const json::object& of, const ObjectSource& source) {
  try {
    resolve_inputs(of, source, {});
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    return error.what();
  }
}

TEST(S3Uri, IsSplit) {
  EXPECT_EQ(parse_s3_uri("s3://b/k/x").key, "k/x");
  EXPECT_EQ(parse_s3_uri("s3://b").bucket, "b");
  EXPECT_THROW(parse_s3_uri("https://b/k"), Error);
  EXPECT_THROW(parse_s3_uri("s3:///k"), Error);
}

TEST(PathBelowPrefix, IsSageMakers) {
  EXPECT_EQ(path_below_prefix("", "a/b"), "a/b");
  EXPECT_EQ(path_below_prefix("mnist/", "mnist/a/b"), "a/b");
  EXPECT_EQ(path_below_prefix("mnist", "mnist/a/b"), "a/b");
  EXPECT_EQ(path_below_prefix("data/train.csv", "data/train.csv"), "train.csv");
  EXPECT_EQ(path_below_prefix("data/tr", "data/train/x"), "train/x");
  EXPECT_EQ(path_below_prefix("tr", "train/x"), "train/x");
}

TEST(Inputs, AreTheObjectsUnderThePrefixWithoutFolderMarkers) {
  const auto source = bucket_of({{"m/", ""}, {"m/a", "1"}, {"m/b/c", "22"}, {"n/x", "3"}});
  const auto inputs = resolve_inputs(request("s3://data/m"), source, {});
  EXPECT_EQ(paths(inputs), (std::vector<std::string>{"a", "b/c"}));
  EXPECT_EQ(inputs.channels[0].files[1].bytes, 2u);
  EXPECT_EQ(inputs.channels[0].files[1].blob, "/blobs/m/b/c");
}

TEST(Inputs, UploadedInPartsArePutTogether) {
  const auto inputs = resolve_inputs(request("s3://data/m/"), bucket_of({{"m/big", "parts"}}), {});
  EXPECT_EQ(inputs.channels.at(0).files.at(0).blob, "/joined/m/big");
}

TEST(Inputs, AreSpreadOverHostsByKey) {
  const auto source = bucket_of({{"m/a", ""}, {"m/b", ""}, {"m/c", ""}});
  const auto sharded = request("s3://data/m/", "S3Prefix", "ShardedByS3Key");
  EXPECT_EQ(paths(resolve_inputs(sharded, source, {0, {"g", "g"}})),
            (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(paths(resolve_inputs(sharded, source, {1, {"g", "g"}})),
            (std::vector<std::string>{"b"}));
}

TEST(Inputs, ComeFromAManifest) {
  const auto source =
      bucket_of({{"list", R"([{"prefix":"s3://data/m/"},"b/c","a"])"}, {"m/a", ""}, {"m/b/c", ""}});
  EXPECT_EQ(paths(resolve_inputs(request("s3://data/list", "ManifestFile"), source, {})),
            (std::vector<std::string>{"b/c", "a"}));
}

TEST(Inputs, ComeFromAnAugmentedManifest) {
  const std::string lines =
      "{\"source-ref\":\"s3://data/m/a\",\"label\":1}\n{\"source-ref\":\"s3://data/m/"
      "b\",\"label\":2}\n";
  const auto source = bucket_of({{"list", lines}, {"m/a", ""}, {"m/b", ""}});
  const auto inputs =
      resolve_inputs(request("s3://data/list", "AugmentedManifestFile"), source, {});
  EXPECT_EQ(paths(inputs), (std::vector<std::string>{"m/a", "m/b"}));
  EXPECT_EQ(inputs.channels[0].augmented_manifest, lines);
}

// The channel of request() with these members as well.
json::object with(json::object request, const json::object& members) {
  json::object& channel = request["InputDataConfig"].as_array()[0].as_object();
  for (const auto& [name, value] : members) channel[name] = value;
  return request;
}

TEST(Inputs, OfAnAugmentedManifestArePlacedOnceHoweverOftenTheyAreNamed) {
  const std::string line = "{\"source-ref\":\"s3://data/m/a\",\"label\":1}\n";
  const auto source = bucket_of({{"list", line + line}, {"m/a", ""}});
  const auto plain = request("s3://data/list", "AugmentedManifestFile");
  EXPECT_EQ(resolve_inputs(plain, source, {}).channels[0].files.size(), 1u);
  const auto pipe = resolve_inputs(with(plain, {{"InputMode", "Pipe"}}), source, {}).channels[0];
  EXPECT_EQ(pipe.files.size(), 2u);
  EXPECT_EQ(pipe.pipe.value().attributes, (std::vector<std::string>{"source-ref", "label"}));
}

TEST(Inputs, NameTheLineOfAnAugmentedManifestThatIsWrong) {
  const auto failure_of = [](const std::string& manifest) {
    return failure(request("s3://data/list", "AugmentedManifestFile"),
                   bucket_of({{"list", manifest}, {"m/a", ""}}));
  };
  const std::string good = "{\"source-ref\":\"s3://data/m/a\",\"label\":1}\n";
  EXPECT_EQ(failure_of(good + "\n{"),
            "line 3 of the augmented manifest s3://data/list is not a JSON object");
  EXPECT_EQ(failure_of(good + "{\"source-ref\":\"s3://data/m/a\"}"),
            "line 2 of the augmented manifest s3://data/list lacks the attribute label");
  EXPECT_EQ(
      failure_of("{\"source-ref\":7,\"label\":1}"),
      "line 1 of the augmented manifest s3://data/list has a source-ref that is not an S3 URI");
  EXPECT_EQ(failure_of("\n"), "the augmented manifest s3://data/list is empty");
}

TEST(Inputs, OfAPipeAreWholeOnEveryHostThatSharesThemOut) {
  const auto source = bucket_of({{"m/a", ""}, {"m/b", ""}, {"m/c", ""}});
  const auto sharded = with(
      request("s3://data/m/", "S3Prefix", "ShardedByS3Key"),
      {{"InputMode", "Pipe"}, {"RecordWrapperType", "RecordIO"}, {"ShuffleConfig", {{"Seed", 7}}}});
  const auto channel = resolve_inputs(sharded, source, {1, {"g", "g"}}).channels[0];
  EXPECT_EQ(channel.files.size(), 3u);
  EXPECT_EQ(channel.pipe.value().shard_index, 1u);
  EXPECT_EQ(channel.pipe->shard_count, 2u);
  EXPECT_EQ(channel.pipe->shuffle_seed, 7);
  EXPECT_TRUE(channel.pipe->record_io);
}

TEST(Inputs, AreShuffledBeforeTheyAreSharedOut) {
  std::map<std::string, std::string> many;
  for (int i = 0; i < 100; ++i) many["m/" + std::to_string(100 + i)] = "x";
  const auto source = bucket_of(many);
  const auto plain = request("s3://data/m/", "S3Prefix", "ShardedByS3Key");
  const auto shuffled = with(plain, {{"ShuffleConfig", {{"Seed", 7}}}});
  auto mine = paths(resolve_inputs(shuffled, source, {0, {"g", "g"}}));
  EXPECT_NE(mine, paths(resolve_inputs(plain, source, {0, {"g", "g"}})));
  std::ranges::copy(paths(resolve_inputs(shuffled, source, {1, {"g", "g"}})),
                    std::back_inserter(mine));
  std::ranges::sort(mine);
  EXPECT_EQ(std::ranges::unique(mine).size(), 0u);
  EXPECT_EQ(mine.size(), 100u);
}

TEST(Inputs, TakeTheJobsModeWhereAChannelHasNone) {
  const auto source = bucket_of({{"m/a", ""}});
  auto piped = request("s3://data/m/");
  piped["AlgorithmSpecification"] = {{"TrainingInputMode", "Pipe"}};
  EXPECT_TRUE(resolve_inputs(piped, source, {}).channels[0].pipe);
  const auto file = with(piped, {{"InputMode", "File"}});
  EXPECT_FALSE(resolve_inputs(file, source, {}).channels[0].pipe);
}

TEST(Inputs, MayBeAFolderOfAFileSystem) {
  const auto on = [](const char* id) {
    return with(request("s3://data/m/"), {{"DataSource",
                                           {{"FileSystemDataSource",
                                             {{"FileSystemId", id},
                                              {"FileSystemType", "EFS"},
                                              {"FileSystemAccessMode", "ro"},
                                              {"DirectoryPath", "/train"}}}}}});
  };
  const auto source = bucket_of({});
  const auto folder = resolve_inputs(on("fs-1"), source, {}).channels[0].folder.value();
  EXPECT_EQ(folder.root, "/shared");
  EXPECT_EQ(folder.path, "train");
  EXPECT_FALSE(folder.writable);
  EXPECT_EQ(failure(on("fs-2"), source), "file system fs-2 is not in this server's configuration");
}

TEST(Inputs, SayWhatIsMissing) {
  const auto source =
      bucket_of({{"list", "[{\"prefix\":\"s3://data/m/\"},\"gone\"]"}, {"bad", "{"}});
  EXPECT_TRUE(failure(request("s3://data/none"), source)
                  .starts_with("No S3 objects found under S3 URL \"s3://data/none\""));
  EXPECT_TRUE(failure(request("s3://nobucket/x"), source)
                  .starts_with("No S3 objects found under S3 URL \"s3://nobucket/x\""));
  EXPECT_TRUE(failure(request("s3://data/list", "ManifestFile"), source)
                  .starts_with("No S3 objects found under S3 URL \"s3://data/m/gone\""));
  EXPECT_EQ(failure(request("s3://data/bad", "ManifestFile"), source),
            "the manifest s3://data/bad is not a JSON list");
}

TEST(Inputs, BringCheckpointsBack) {
  const auto source = bucket_of({{"c/1/x", ""}, {"c/2", ""}, {"cc/3", ""}});
  const json::object with{{"CheckpointConfig", {{"S3Uri", "s3://data/c"}}}};
  const auto inputs = resolve_inputs(with, source, {});
  ASSERT_EQ(inputs.checkpoints.size(), 2u);
  EXPECT_EQ(inputs.checkpoints[0].path, "1/x");
}

}  // namespace
}  // namespace sagebrush::job
