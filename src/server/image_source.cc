#include "server/image_source.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "job/image_platform.h"
#include "server/options.h"
#include "store/images.h"

namespace sagebrush::server {
namespace {

namespace json = boost::json;
using agent_protocol::RegistryImage;
using job::ImagePresence;
using job::ImageReference;
using store::ImageFault;

constexpr int kDeepestIndex = 4;  // an index may name another one
constexpr std::uint64_t kLargestConfig = 8 << 20;

[[noreturn]] void unusable(const std::string& reference, const std::string& why) {
  throw Error(ErrorKind::kInvalid, "ClientError: The image " + reference + " cannot run: " + why);
}

[[noreturn]] void not_found(const std::string& reference, const ImageReference& parsed) {
  const std::string missing =
      parsed.digest.empty() ? "tag \"" + parsed.tag + "\"" : "digest " + parsed.digest;
  throw Error(ErrorKind::kNotFound, "ClientError: Cannot find the requested image: " + reference +
                                        ": the repository \"" + parsed.repository +
                                        "\" has no image with " + missing);
}

// The manifest of the machine's platform; nullopt when the reference's image is not there.
std::optional<std::pair<std::string, store::Manifest>> find_manifest(store::Images& images,
                                                                     const std::string& reference,
                                                                     const ImageReference& parsed) {
  store::ImageId id{.tag = parsed.digest.empty() ? parsed.tag : "", .digest = parsed.digest};
  for (int depth = 0; depth < kDeepestIndex; ++depth) {
    const auto image = images.find_image(parsed.repository, id, true);
    if (!image) return std::nullopt;
    auto manifest = store::parse_manifest(image->info.media_type, image->content);
    if (!manifest.is_index) return std::pair(image->info.digest, std::move(manifest));
    id = {.tag = "",
          .digest = job::choose_platform(manifest.manifests, job::this_platform()).digest};
  }
  unusable(reference, "its indexes are nested too deep");
}

json::object read_config(store::Images& images, const std::string& reference,
                         const ImageReference& parsed, const store::Descriptor& descriptor) {
  const auto blob = images.open_blob(parsed.repository, descriptor.digest);
  if (!blob || blob->bytes > kLargestConfig) unusable(reference, "its configuration is too large");
  std::string text(blob->bytes, '\0');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n =
        blob->file.read_at(at, std::as_writable_bytes(std::span(text)).subspan(at));
    if (n == 0) throw Error(ErrorKind::kIo, "the blob " + descriptor.digest + " is cut off");
    at += n;
  }
  json::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) unusable(reference, "its configuration is not a JSON object");
  return std::move(value.get_object());
}

// The digests of the uncompressed layers, as many as there are layers.
std::vector<std::string> diff_ids(const json::object& config, const std::string& reference,
                                  std::size_t layers) {
  std::vector<std::string> ids;
  const auto* rootfs = config.if_contains("rootfs");
  const auto* list =
      rootfs && rootfs->is_object() ? rootfs->get_object().if_contains("diff_ids") : nullptr;
  if (list && list->is_array()) {
    for (const json::value& id : list->get_array()) {
      if (id.is_string()) ids.emplace_back(id.get_string());
    }
  }
  if (ids.size() != layers) {
    unusable(reference, "its configuration names " + std::to_string(ids.size()) +
                            " layers, its manifest " + std::to_string(layers));
  }
  return ids;
}

std::optional<RegistryImage> resolve(store::Images& images, const job::RegistryNames& names,
                                     const std::string& reference, const std::string& holder) {
  const auto parsed = job::parse_image_reference(reference);
  if (!parsed) return std::nullopt;
  const auto owner = names.owner(parsed->host);
  if (owner == job::RegistryOwner::kForeign) return std::nullopt;
  if (!images.find_repository(parsed->repository)) return std::nullopt;

  const auto found = find_manifest(images, reference, *parsed);
  if (!found) {
    // An image of AWS's may still be one of the alias table.
    if (owner == job::RegistryOwner::kAccount) return std::nullopt;
    not_found(reference, *parsed);
  }
  const store::Manifest& manifest = found->second;
  RegistryImage image{
      .repository = parsed->repository, .digest = found->first, .config = {}, .layers = {}};
  image.config = read_config(images, reference, *parsed, manifest.config.value());
  job::require_platform(image.config, job::this_platform());
  const auto ids = diff_ids(image.config, reference, manifest.layers.size());

  std::vector<std::string> digests;
  for (const store::Descriptor& layer : manifest.layers) {
    if (layer.elsewhere) unusable(reference, "its layer " + layer.digest + " is not in a registry");
    digests.push_back(layer.digest);
  }
  const auto files = images.pin(holder, parsed->repository, digests);
  if (!files) not_found(reference, *parsed);  // deleted since we looked
  for (std::size_t i = 0; i < digests.size(); ++i) {
    image.layers.push_back({.digest = digests[i],
                            .media_type = manifest.layers[i].media_type,
                            .bytes = manifest.layers[i].bytes,
                            .blob = (*files)[i].string(),
                            .diff_id = ids[i]});
  }
  return image;
}

ImagePresence look(store::Images& images, const job::RegistryNames& names,
                   const std::string& reference) {
  const auto parsed = job::parse_image_reference(reference);
  const auto owner = parsed ? names.owner(parsed->host) : job::RegistryOwner::kForeign;
  if (owner == job::RegistryOwner::kForeign) return ImagePresence::kElsewhere;
  const store::ImageId id{.tag = parsed->digest.empty() ? parsed->tag : "",
                          .digest = parsed->digest};
  if (images.find_image(parsed->repository, id)) return ImagePresence::kHere;
  if (owner == job::RegistryOwner::kAccount) return ImagePresence::kElsewhere;
  return images.find_repository(parsed->repository) ? ImagePresence::kNoImage
                                                    : ImagePresence::kNoRepository;
}

}  // namespace

store::ImagesOptions images_options(const Options& options) {
  store::ImagesOptions images;
  images.garbage_grace = options.registry_garbage_grace;
  images.collect_every =
      std::min<std::chrono::milliseconds>(images.collect_every, options.registry_garbage_grace);
  images.collect_every =
      std::max<std::chrono::milliseconds>(images.collect_every, std::chrono::seconds(1));
  return images;
}

job::ImageSource image_source(store::Images& images, job::RegistryNames names) {
  job::ImageSource source;
  source.look = [&images, names](const std::string& reference) {
    return look(images, names, reference);
  };
  source.resolve = [&images, names = std::move(names)](const std::string& reference,
                                                       const std::string& holder) {
    return resolve(images, names, reference, holder);
  };
  source.release = [&images](const std::string& holder) { images.unpin(holder); };
  source.retain = [&images](const std::vector<std::string>& holders) { images.keep_pins(holders); };
  return source;
}

}  // namespace sagebrush::server
