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

// Why a request's TrainingImage can't be had from this server's registry, to which it belongs:
// kNoRepository or kNoImage. nullopt when it is there, is an alias, or another registry's.
std::optional<ImagePresence> missing_image(const boost::json::object& request,
                                           const ImageTable& table, const ImageSource& registry);

}  // namespace sagebrush::job
