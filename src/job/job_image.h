#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "agent_protocol/spec.h"
#include "job/image_source.h"
#include "job/image_table.h"

namespace sagebrush::job {

// What a request's AlgorithmSpecification runs: an image of the registry when one has that name,
// else what the alias table says. holder: keeps the registry's blobs (ImageSource). Throws
// Error{kNotFound, kInvalid} in the words for FailureReason.
agent_protocol::Image job_image(const boost::json::object& request, const ImageTable& table,
                                const ImageSource& registry, const std::string& holder);

// What a request's image is, as far as it can be said before the job starts.
struct ImageOutlook {
  ImagePresence presence;                              // kHere, or why it can't be had
  std::optional<agent_protocol::ImageKind> kind = {};  // of one that is here
};
ImageOutlook look_for_image(const boost::json::object& request, const ImageTable& table,
                            const ImageSource& registry);

}  // namespace sagebrush::job
