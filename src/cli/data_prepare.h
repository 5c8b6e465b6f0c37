#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"

namespace sagebrush::cli {

struct PrepareFlags {
  std::string format;               // "cifar10", "mnist" or "imagefolder"
  std::string folder;               // "" where the format's images can be downloaded
  std::string target;               // s3://bucket/prefix; "" when only `output` is wanted
  std::string output;               // where the prepared files stay; "" for a temporary folder
  std::vector<std::string> passed;  // options handed to `sagebrush-vision preprocess` as they are
};

// Splits and packs images with `sagebrush-vision preprocess`, which lies beside this program or on
// PATH, and uploads what it made; an earlier upload's splits and shards that it does not replace
// are removed. Throws Error{kInvalid} without a target and an output folder, or without images,
// {kNotFound} without that program; returns its exit code when it fails.
int run_prepare(const PrepareFlags& flags, Context& context);

}  // namespace sagebrush::cli
