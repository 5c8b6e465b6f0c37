#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/object_calls.h"
#include "agent_protocol/messages.h"
#include "agent_protocol/spec.h"

namespace sagebrush::agent {

// The folders that a list of files needs, parents first, each once. Throws Error{kInvalid} that
// names the key when a path is absolute, has empty, "." or ".." parts or a NUL, comes twice, or is
// both a file and a folder.
std::vector<std::string> folders_for(const std::vector<agent_protocol::InputFile>& files);

// Puts a channel's files below `folder`: hard links to blobs where they can be (then nothing may
// write there: use it below an overlay), else copies, else downloads. Files that end in .gz are
// unpacked when the channel says Gzip. Throws Error{kInvalid} for what is the user's to mend.
void place_channel(const agent_protocol::InputChannel& channel, const std::filesystem::path& folder,
                   ObjectCalls& objects);

// Puts checkpoints below `folder` as files of their own, which the container may write.
void restore_checkpoints(const std::vector<agent_protocol::InputFile>& files,
                         const std::filesystem::path& folder, ObjectCalls& objects);

}  // namespace sagebrush::agent
