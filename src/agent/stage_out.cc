#include "agent/stage_out.h"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "agent/checkpoint_sync.h"
#include "container/beneath.h"
#include "container/tar_writer.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;

bool wants_files(const agent_protocol::Spec& spec) {
  const auto* config = spec.request.if_contains("OutputDataConfig");
  const auto* object = config ? config->if_object() : nullptr;
  const auto* type = object ? object->if_contains("CompressionType") : nullptr;
  return type && type->is_string() && type->get_string() == "NONE";
}

void upload_archive(const ObjectName& name, const MlFolders& ml, const char* folder,
                    const fs::path& archive, ObjectCalls& objects) {
  container::pack_folders(ml, folder, archive);
  objects.put_file(name, File::open(archive, O_RDONLY));
  fs::remove(archive);
}

void upload_files(const ObjectName& prefix, const MlFolders& ml, const fs::path& folder,
                  ObjectCalls& objects) {
  std::set<std::string> seen;
  for (const auto& root : ml) {
    for (const auto& [name, state] : look_at(root, folder)) {
      File file = container::open_beneath(root, folder / name, O_RDONLY);
      if (file && seen.insert(name).second) objects.put_file(below(prefix, name), std::move(file));
    }
  }
}

std::string uri(const ObjectName& name) {
  return "s3://" + name.bucket + "/" + name.key;
}

}  // namespace

bool is_empty(const MlFolders& ml, const fs::path& relative) {
  return std::ranges::all_of(
      ml, [&](const fs::path& root) { return container::is_empty_beneath(root, relative); });
}

std::string upload_model(const agent_protocol::Spec& spec, const MlFolders& ml,
                         const fs::path& scratch, ObjectCalls& objects) {
  const ObjectName output = parse_s3_uri(spec.output_uri);
  if (wants_files(spec)) {
    const ObjectName prefix = below(output, "model/");
    upload_files(prefix, ml, "model", objects);
    return uri(prefix);
  }
  const ObjectName name = below(output, "model.tar.gz");
  upload_archive(name, ml, "model", scratch / "model.tar.gz", objects);
  return uri(name);
}

void upload_output(const agent_protocol::Spec& spec, const MlFolders& ml, const fs::path& scratch,
                   ObjectCalls& objects) {
  if (is_empty(ml, "output/data")) return;
  const ObjectName output = parse_s3_uri(spec.output_uri);
  if (wants_files(spec)) {
    upload_files(below(output, "output/"), ml, "output/data", objects);
  } else {
    upload_archive(below(output, "output.tar.gz"), ml, "output/data", scratch / "output.tar.gz",
                   objects);
  }
}

}  // namespace sagebrush::agent
