#pragma once

#include <filesystem>
#include <string>

#include "agent/object_calls.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// ml: what the container sees as /opt/ml. scratch: a folder for the archive.

// Uploads /opt/ml/model as <output>/model.tar.gz, or file by file below <output>/model/ when the
// job wants no compression. Returns its S3 URI. Throws Error when the object is not whole in the
// store.
std::string upload_model(const agent_protocol::Spec& spec, const std::filesystem::path& ml,
                         const std::filesystem::path& scratch, ObjectCalls& objects);

// Uploads /opt/ml/output/data as <output>/output.tar.gz unless it is empty.
void upload_output(const agent_protocol::Spec& spec, const std::filesystem::path& ml,
                   const std::filesystem::path& scratch, ObjectCalls& objects);

}  // namespace sagebrush::agent
