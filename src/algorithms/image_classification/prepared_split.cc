#include "algorithms/image_classification/prepared_split.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <regex>
#include <string_view>

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/file.h"
#include "algorithms/image_classification/npy_writer.h"

namespace sagebrush::vision {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMaxManifestBytes = 64 << 20;
constexpr const char* kMarker = "sagebrush-vision prepared split";

std::string numbered(const char* stem, std::size_t number) {
  char name[64];
  std::snprintf(name, sizeof(name), "%s-%05zu.npy", stem, number);
  return name;
}

// Whether a file in a split's folder is called as one of its shards, or as what a killed run
// leaves.
bool is_shard_name(const std::string& name) {
  static const std::regex kShard("(images|labels)-[0-9]{5,}\\.npy(\\.tmp)?|manifest\\.json\\.tmp");
  return std::regex_match(name, kShard);
}

json::object write_array(const fs::path& folder, const std::string& name, const Bytes& bytes) {
  write_file_atomically(folder / name, bytes.data(), bytes.size());
  return {{"file", name},
          {"bytes", bytes.size()},
          {"crc32", static_cast<std::int64_t>(crc32(bytes.data(), bytes.size()))}};
}

// Nothing when the file is some other JSON. What lies beside shards, or says that it is a manifest
// of ours, is no other file, so that it cannot be read is an error.
std::optional<json::object> parse_manifest(const fs::path& path) {
  const Bytes bytes = read_file(path, kMaxManifestBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  boost::system::error_code error;
  json::value document = json::parse(json::string_view(text.data(), text.size()), error);
  if (error && (text.find(kMarker) != std::string_view::npos ||
                fs::exists(path.parent_path() / numbered("images", 0))))
    user_error(path.string() + ": is a damaged manifest (" + error.message() +
               "); prepare the images again");
  if (error || !document.is_object()) return std::nullopt;
  const json::value* marker = document.as_object().if_contains("type");
  if (marker == nullptr || !marker->is_string() || marker->as_string() != kMarker)
    return std::nullopt;
  return std::move(document.as_object());
}

// Whether a manifest.json is ours, damaged or not.
bool is_own_manifest(const fs::path& path) {
  if (!fs::is_regular_file(path)) return false;
  const Bytes bytes = read_file(path, kMaxManifestBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.find(kMarker) != std::string_view::npos;
}

// Members of a manifest, checked.
class Manifest {
 public:
  explicit Manifest(const fs::path& path) : name_(path.string()) {
    std::optional<json::object> parsed = parse_manifest(path);
    if (!parsed) wrong("is no manifest of a prepared split");
    object_ = std::move(*parsed);
    if (integer(object_, "format") != kFormat) wrong("was written by another version");
  }

  [[noreturn]] void wrong(const std::string& what) const { user_error(name_ + ": " + what); }

  const json::value& member(const json::object& object, const char* key) const {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) wrong(std::string(key) + " is missing");
    return *value;
  }
  std::int64_t integer(const json::object& object, const char* key) const {
    const json::value& value = member(object, key);
    if (!value.is_int64() || value.as_int64() < 0)
      wrong(std::string(key) + " is no natural number");
    return value.as_int64();
  }
  std::string text(const json::object& object, const char* key) const {
    const json::value& value = member(object, key);
    if (!value.is_string()) wrong(std::string(key) + " is no text");
    return value.as_string().c_str();
  }
  const json::array& list(const json::object& object, const char* key) const {
    const json::value& value = member(object, key);
    if (!value.is_array()) wrong(std::string(key) + " is no list");
    return value.as_array();
  }
  const json::object& object(const json::value& value, const char* what) const {
    if (!value.is_object()) wrong(std::string(what) + " is no object");
    return value.as_object();
  }
  const json::object& root() const { return object_; }

 private:
  std::string name_;
  json::object object_;
};

// Of all shards' files: what growing step by step would take twice.
std::size_t bytes_of_images(const Manifest& manifest, const fs::path& folder) {
  std::size_t bytes = 0;
  for (const json::value& entry : manifest.list(manifest.root(), "shards")) {
    const json::object& shard = manifest.object(entry, "a shard");
    const json::object& images = manifest.object(manifest.member(shard, "images"), "images");
    std::error_code error;  // read_shard says what is wrong with it
    const std::uintmax_t size = fs::file_size(folder / manifest.text(images, "file"), error);
    if (!error) bytes += size;
  }
  return bytes;
}

Array read_shard(const Manifest& manifest, const fs::path& folder, const json::object& entry) {
  const std::string name = manifest.text(entry, "file");
  if (name.find('/') != std::string::npos || name.empty() || name[0] == '.')
    manifest.wrong("file '" + name.substr(0, 100) + "' is no plain name");
  const fs::path path = folder / name;
  if (!fs::exists(path)) user_error(path.string() + ": is missing; the manifest names it");
  Bytes bytes = read_file(path);
  if (static_cast<std::int64_t>(bytes.size()) != manifest.integer(entry, "bytes") ||
      static_cast<std::int64_t>(crc32(bytes.data(), bytes.size())) !=
          manifest.integer(entry, "crc32"))
    user_error(path.string() + ": is damaged: its size or CRC-32 is not what the manifest says");
  return parse_npy(std::move(bytes), path.string());
}

}  // namespace

void write_prepared_split(const fs::path& folder, const PreparedSplit& about,
                          const std::vector<std::uint8_t>& pixels,
                          const std::vector<std::int64_t>& labels, std::size_t shard_images) {
  fs::create_directories(folder);
  json::array shards;
  const std::size_t size = about.height * about.width * about.channels;
  for (std::size_t first = 0; first < labels.size(); first += shard_images) {
    const std::size_t count = std::min(shard_images, labels.size() - first);
    const Bytes images = npy_bytes("|u1", {count, about.height, about.width, about.channels},
                                   pixels.data() + first * size, count * size);
    const Bytes targets =
        npy_bytes("<i8", {count}, labels.data() + first, count * sizeof(std::int64_t));
    json::object shard{{"count", count}};
    shard["images"] = write_array(folder, numbered("images", shards.size()), images);
    shard["labels"] = write_array(folder, numbered("labels", shards.size()), targets);
    shards.push_back(std::move(shard));
  }
  json::array classes;
  for (const std::string& name : about.classes) classes.push_back(json::string(name));
  const json::object document{
      {"type", kMarker},
      {"format", kFormat},
      {"split", about.split},
      {"source", about.source},
      {"count", labels.size()},
      {"height", about.height},
      {"width", about.width},
      {"channels", about.channels},
      {"classes", std::move(classes)},
      {"mean", json::array(about.mean.begin(), about.mean.end())},
      {"deviation", json::array(about.deviation.begin(), about.deviation.end())},
      {"seed", about.seed},
      {"shards", std::move(shards)},
  };
  write_file_atomically(folder / "manifest.json", json::serialize(document) + "\n");
}

void remove_prepared_split(const fs::path& folder) {
  if (!fs::is_directory(folder)) return;
  const fs::path manifest = folder / "manifest.json";
  if (is_own_manifest(manifest)) fs::remove(manifest);
  std::vector<fs::path> shards;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (is_shard_name(entry.path().filename().string()) && entry.is_regular_file())
      shards.push_back(entry.path());
  }
  for (const fs::path& shard : shards) fs::remove(shard);
  if (fs::is_empty(folder)) fs::remove(folder);
}

std::optional<std::string> prepared_split_of(const fs::path& manifest) {
  const std::optional<json::object> parsed = parse_manifest(manifest);
  if (!parsed) return std::nullopt;
  const json::value* split = parsed->if_contains("split");
  if (split == nullptr || !split->is_string()) return std::nullopt;
  return std::string(split->as_string().c_str());
}

ImageSet read_prepared_split(const fs::path& path) {
  const Manifest manifest(path);
  const json::object& root = manifest.root();
  const auto count = static_cast<std::size_t>(manifest.integer(root, "count"));
  const std::vector<std::size_t> shape = {
      static_cast<std::size_t>(manifest.integer(root, "height")),
      static_cast<std::size_t>(manifest.integer(root, "width")),
      static_cast<std::size_t>(manifest.integer(root, "channels"))};
  Array images;
  images.shape = {0, shape[0], shape[1], shape[2]};
  std::vector<std::int64_t> labels;
  images.file.reserve(bytes_of_images(manifest, path.parent_path()));
  for (const json::value& entry : manifest.list(root, "shards")) {
    const json::object& shard = manifest.object(entry, "a shard");
    const auto part = [&](const char* key) {
      return read_shard(manifest, path.parent_path(),
                        manifest.object(manifest.member(shard, key), key));
    };
    const Array pixels = part("images");
    if (pixels.type != ElementType::kUint8 || pixels.shape.size() != 4 ||
        !std::equal(shape.begin(), shape.end(), pixels.shape.begin() + 1))
      manifest.wrong("a shard's images are of another size or type than it says");
    images.file.insert(images.file.end(), pixels.data(), pixels.data() + pixels.count());
    images.shape[0] += pixels.shape[0];
    const std::vector<std::int64_t> more = to_integers(part("labels"), path.string());
    labels.insert(labels.end(), more.begin(), more.end());
  }
  if (labels.size() != count || images.shape[0] != count)
    manifest.wrong("says " + std::to_string(count) + " images, its shards hold " +
                   std::to_string(images.shape[0]) + " and " + std::to_string(labels.size()) +
                   " labels");
  std::vector<std::string> classes;
  for (const json::value& name : manifest.list(root, "classes")) {
    if (!name.is_string()) manifest.wrong("a class's name is no text");
    classes.emplace_back(name.as_string().c_str());
  }
  ImageSet set = make_image_set(std::move(images), path.string(), std::move(labels), path.string());
  set.class_names = std::move(classes);
  return set;
}

}  // namespace sagebrush::vision
