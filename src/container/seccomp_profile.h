#pragma once

#include <boost/json.hpp>

namespace sagebrush::container {

// linux.seccomp of an OCI configuration: everything is allowed but a short list of calls that only
// help to leave a container or reach rarely used kernel code. Short because each rule costs start
// time; capabilities and namespaces do the main work.
boost::json::object seccomp_profile();

}  // namespace sagebrush::container
