#include "algorithms/image_classification/image_folder_set.h"

#include "algorithms/image_classification/error.h"
#include "algorithms/image_classification/prepare/source.h"
#include "algorithms/image_classification/processors.h"
#include "algorithms/image_classification/worker_pool.h"

namespace sagebrush::vision {
namespace {

Source read_folder(const std::filesystem::path& folder) {
  WorkerPool pool(usable_processors());
  return read_image_folder(folder, {}, pool);
}

ImageSet to_set(const Source& source, LabelledImages images, const std::filesystem::path& folder) {
  Array pixels;
  pixels.shape = {images.count(), source.height, source.width, source.channels};
  pixels.file = std::move(images.pixels);
  ImageSet set =
      make_image_set(std::move(pixels), folder.string(), std::move(images.labels), folder.string());
  set.class_names = source.classes;
  return set;
}

}  // namespace

ImageSet load_image_folder(const std::filesystem::path& folder, const std::string& split) {
  Source source = read_folder(folder);
  if (split == "train" || !source.has_split_folders)
    return to_set(source, std::move(source.train), folder);
  std::optional<LabelledImages>& wanted =
      (split == "test" && source.test) || !source.validation ? source.test : source.validation;
  if (!wanted) user_error(folder.string() + ": holds a folder train, but none called " + split);
  return to_set(source, std::move(*wanted), folder);
}

Dataset load_image_dataset(const std::filesystem::path& folder, const std::string& where) {
  Source source = read_folder(folder);
  if (!source.validation && !source.test)
    user_error("no channel named test, testing or validation, and " + where +
               " holds no folder validation or test beside train");
  Dataset data;
  data.train = to_set(source, std::move(source.train), folder / "train");
  if (source.validation) {
    data.validation = to_set(source, std::move(*source.validation), folder / "validation");
    if (source.test) data.test = to_set(source, std::move(*source.test), folder / "test");
  } else {
    data.validation = to_set(source, std::move(*source.test), folder / "test");
  }
  return data;
}

}  // namespace sagebrush::vision
