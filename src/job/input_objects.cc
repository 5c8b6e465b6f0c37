#include "job/input_objects.h"

#include "base/error.h"
#include "base/text.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;
using agent_protocol::InputFile;

[[noreturn]] void no_objects(const std::string& uri, const std::string& bucket) {
  throw Error(ErrorKind::kInvalid,
              "No S3 objects found under S3 URL \"" + uri +
                  "\" given in input data source. Please ensure that the bucket \"" + bucket +
                  "\" exists and that objects exist under that S3 prefix.");
}

std::vector<ListedObject> list(const ObjectSource& source, const std::string& uri,
                               const S3Location& at) {
  try {
    return source.list(at.bucket, at.key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
    no_objects(uri, at.bucket);
  }
}

std::string read(const ObjectSource& source, const std::string& uri) {
  const S3Location at = parse_s3_uri(uri);
  try {
    return source.read(at.bucket, at.key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
    no_objects(uri, at.bucket);
  }
}

InputFile single_file(const ObjectSource& source, const std::string& uri, std::string path) {
  const S3Location at = parse_s3_uri(uri);
  auto object = source.find(at.bucket, at.key);
  if (!object) no_objects(uri, at.bucket);
  return file_of(at.bucket, std::move(*object), std::move(path));
}

[[noreturn]] void wrong_line(const std::string& uri, std::size_t number, const std::string& what) {
  throw Error(ErrorKind::kInvalid,
              "line " + std::to_string(number) + " of the augmented manifest " + uri + " " + what);
}

ManifestLine read_line(const ObjectSource& source, const std::string& uri, std::size_t number,
                       std::string_view text, const std::vector<std::string>& attributes) {
  json::error_code failed;
  const json::value value = json::parse(text, failed);
  const auto* record = failed ? nullptr : value.if_object();
  if (!record) wrong_line(uri, number, "is not a JSON object");
  ManifestLine line{.text = std::string(text), .files = {}};
  for (const auto& attribute : attributes) {
    if (!record->contains(attribute)) wrong_line(uri, number, "lacks the attribute " + attribute);
    if (!attribute.ends_with("-ref")) continue;
    const std::string reference = text_at(*record, attribute.c_str());
    if (!reference.starts_with("s3://")) {
      wrong_line(uri, number, "has a " + attribute + " that is not an S3 URI");
    }
    line.files.push_back(single_file(source, reference, parse_s3_uri(reference).key));
  }
  return line;
}

}  // namespace

InputFile file_of(const std::string& bucket, ListedObject object, std::string path) {
  return {.path = std::move(path),
          .bucket = bucket,
          .key = std::move(object.key),
          .bytes = object.bytes,
          .etag = std::move(object.etag),
          .blob = std::move(object.blob)};
}

std::vector<InputFile> files_under_prefix(const ObjectSource& source, const std::string& uri) {
  const S3Location at = parse_s3_uri(uri);
  std::vector<InputFile> files;
  for (auto& object : list(source, uri, at)) {
    if (object.key.ends_with('/')) continue;  // folder markers of consoles
    std::string path = path_below_prefix(at.key, object.key);
    files.push_back(file_of(at.bucket, std::move(object), std::move(path)));
  }
  if (files.empty()) no_objects(uri, at.bucket);
  return files;
}

std::vector<InputFile> files_of_manifest(const ObjectSource& source, const std::string& uri) {
  json::error_code failed;
  const json::value manifest = json::parse(read(source, uri), failed);
  const auto* entries = failed ? nullptr : manifest.if_array();
  if (!entries) throw Error(ErrorKind::kInvalid, "the manifest " + uri + " is not a JSON list");
  std::string prefix;
  std::vector<InputFile> files;
  for (const auto& entry : *entries) {
    if (const auto* object = entry.if_object()) {
      prefix = text_at(*object, "prefix");
    } else if (const auto* path = entry.if_string()) {
      files.push_back(single_file(source, prefix + std::string(*path), std::string(*path)));
    } else {
      throw Error(ErrorKind::kInvalid,
                  "the manifest " + uri + " holds an entry that is neither prefix nor path");
    }
  }
  if (files.empty()) throw Error(ErrorKind::kInvalid, "the manifest " + uri + " names no files");
  return files;
}

std::vector<ManifestLine> lines_of_augmented_manifest(const ObjectSource& source,
                                                      const std::string& uri,
                                                      const std::vector<std::string>& attributes) {
  const std::string manifest = read(source, uri);
  std::vector<ManifestLine> lines;
  std::size_t number = 0;
  for (const std::string_view text : split(manifest, '\n')) {
    ++number;
    if (!trim(text).empty()) {
      lines.push_back(read_line(source, uri, number, trim(text), attributes));
    }
  }
  if (lines.empty()) {
    throw Error(ErrorKind::kInvalid, "the augmented manifest " + uri + " is empty");
  }
  return lines;
}

}  // namespace sagebrush::job
