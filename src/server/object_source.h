#pragma once

#include "job/inputs.h"

namespace sagebrush::store {
class Objects;
}

namespace sagebrush::server {

// Lets the job engine read the object store. Both arguments must outlive what is answered.
job::ObjectSource object_source(store::Objects& objects, const job::FileSystems& file_systems);

}  // namespace sagebrush::server
