#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "service/call.h"
#include "store/object_types.h"

namespace sagebrush::service::s3 {

// Writes names into a listing's answer: as they are or, with encoding-type=url, percent-encoded.
class ListEncoding {
 public:
  // Throws AwsError InvalidArgument for an encoding other than "url".
  explicit ListEncoding(const std::optional<std::string>& encoding_type);
  std::string operator()(const std::string& name) const;
  // Sets output[member] when there is a name.
  void put(boost::json::object& output, const char* member,
           const std::optional<std::string>& name) const;
  void put_encoding_type(boost::json::object& output) const;

 private:
  bool url_;
};

boost::json::object owner_members(const Call& call);
boost::json::array common_prefix_members(const ListEncoding& encode,
                                         const std::vector<std::string>& prefixes);
// ListObjects' and ListObjectsV2's Contents.
boost::json::array content_members(const Call& call, const ListEncoding& encode,
                                   const std::vector<store::ObjectInfo>& objects, bool with_owner);

// A continuation token holds the last name of its page. Throws AwsError InvalidArgument for what is
// none.
std::string to_token(const std::string& last);
std::string from_token(const std::string& token);

}  // namespace sagebrush::service::s3
