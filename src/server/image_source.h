#pragma once

#include "job/image_reference.h"
#include "job/image_source.h"
#include "store/images.h"

namespace sagebrush::server {

struct Options;

store::ImagesOptions images_options(const Options& options);

// Lets the job engine find images in the registry. `images` must outlive what is answered.
job::ImageSource image_source(store::Images& images, job::RegistryNames names);

}  // namespace sagebrush::server
