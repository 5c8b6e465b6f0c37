#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "agent_protocol/inputs.h"
#include "job/inputs.h"

namespace sagebrush::job {

// Which objects a channel's S3DataSource means, in S3's order or the manifest's. Each throws
// Error{kInvalid} with SageMaker's words when there are none, and with the entry when a manifest is
// wrong.
std::vector<agent_protocol::InputFile> files_under_prefix(const ObjectSource& source,
                                                          const std::string& uri);
// [{"prefix": "s3://b/p/"}, "relative/path", …]: the files are prefix + path, and land at path.
std::vector<agent_protocol::InputFile> files_of_manifest(const ObjectSource& source,
                                                         const std::string& uri);

// One line of an augmented manifest: JSON, whose attributes ending in "-ref" name objects.
struct ManifestLine {
  std::string text;
  std::vector<agent_protocol::InputFile> files;  // of the "-ref" attributes, in the order asked for
};
std::vector<ManifestLine> lines_of_augmented_manifest(const ObjectSource& source,
                                                      const std::string& uri,
                                                      const std::vector<std::string>& attributes);

agent_protocol::InputFile file_of(const std::string& bucket, ListedObject object, std::string path);

}  // namespace sagebrush::job
