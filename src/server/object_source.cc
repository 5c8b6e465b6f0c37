#include "server/object_source.h"

#include "store/objects.h"

namespace sagebrush::server {}  // namespace sagebrush::server
