#pragma once

#include <filesystem>
#include <string>

#include "algorithms/image_classification/dataset.h"

namespace sagebrush::vision {

// Class folders of JPEG or PNG files of one size, read as they are: training without preparing.
// Where `folder` holds train/, validation/ and test/: the one called `split`; validation and test
// stand in for each other. Throws Error{kUser} as read_image_folder, and when it lacks that split.
ImageSet load_image_folder(const std::filesystem::path& folder, const std::string& split);

// A folder with train/ and one or both of validation/ and test/, each with class folders.
Dataset load_image_dataset(const std::filesystem::path& folder, const std::string& where);

}  // namespace sagebrush::vision
