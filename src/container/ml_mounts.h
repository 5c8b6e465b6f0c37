#pragma once

#include <string>
#include <vector>

#include "container/launch.h"

namespace sagebrush::container {

// A mount that shows `source` copy-on-write at `target`, with its writes below workplace.layers().
// `number` tells it from the others of this container.
Mount overlay_mount(const Workplace& workplace, std::size_t number,
                    const std::filesystem::path& source, const std::filesystem::path& target);

// Adds the mounts of /opt/ml, whose folder in the rootfs is there: the job's own folder, and in it
// the channels (folders below workplace.root/"channels"), copy-on-write.
void add_ml_mounts(const Workplace& workplace, const std::vector<std::string>& channels,
                   std::vector<Mount>& mounts);

}  // namespace sagebrush::container
