#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <vector>

#include "store/object_types.h"

// The object store's statements. Rows as they stand in the tables, keys decoded; every function
// runs in its caller's transaction.
namespace sagebrush::store {

struct ObjectRow {
  ObjectInfo info;
  std::string id;
  std::string blob;  // "" when the bytes are in the parts' blobs
};

struct PartRow {
  PartInfo info;
  std::string blob;
};

std::optional<long long> find_bucket_id(soci::session& session, const std::string& name);

std::optional<ObjectRow> find_object(soci::session& session, long long bucket,
                                     const std::string& key);
std::optional<ObjectRow> find_object(soci::session& session, const std::string& bucket,
                                     const std::string& key);
std::vector<PartRow> object_parts(soci::session& session, const std::string& object);
void insert_object(soci::session& session, long long bucket, const ObjectRow& row);
void insert_object_part(soci::session& session, const std::string& object, const PartRow& part);
// Deletes the row and its parts, if there; their blobs go to the garbage and are added to `freed`.
void delete_object(soci::session& session, long long bucket, const std::string& key,
                   std::vector<std::string>& freed);

std::optional<Upload> find_upload(soci::session& session, long long bucket, const std::string& key,
                                  const std::string& id);
// Numbers above `after`; all when `limit` is 0.
std::vector<PartRow> upload_parts(soci::session& session, const std::string& upload, int after,
                                  int limit);
void delete_upload_part(soci::session& session, const std::string& upload, int number);
// Deletes the upload; the blobs of parts that it still has go to the garbage.
void delete_upload(soci::session& session, const std::string& upload,
                   std::vector<std::string>& freed);

void add_garbage(soci::session& session, const std::string& blob, std::vector<std::string>& freed);

// The fault that stands against writing over `present`, if any.
std::optional<ObjectFault> broken_condition(const WriteCondition& condition,
                                            const std::optional<ObjectRow>& present);

// ObjectMeta as the columns class, checksum and meta hold it needs no form of its own; an upload
// keeps it in one column.
std::string meta_to_column(const ObjectMeta& meta);
ObjectMeta meta_from_column(const std::string& column);

}  // namespace sagebrush::store
