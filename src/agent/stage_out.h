#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/object_calls.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// What each host of the attempt sees as /opt/ml, the first host's first: where several left a file
// of the same name, the first's is taken.
using MlFolders = std::vector<std::filesystem::path>;

// True when no host has anything in that folder ("model") of its /opt/ml.
bool is_empty(const MlFolders& ml, const std::filesystem::path& relative);

// scratch: a folder for the archive.

// Uploads /opt/ml/model as <output>/model.tar.gz, or file by file below <output>/model/ when the
// job wants no compression. Returns its S3 URI. Throws Error when the object is not whole in the
// store.
std::string upload_model(const agent_protocol::Spec& spec, const MlFolders& ml,
                         const std::filesystem::path& scratch, ObjectCalls& objects);

// Uploads /opt/ml/output/data as <output>/output.tar.gz unless it is empty.
void upload_output(const agent_protocol::Spec& spec, const MlFolders& ml,
                   const std::filesystem::path& scratch, ObjectCalls& objects);

}  // namespace sagebrush::agent
