#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sagebrush::store {

class Database;

using Tag = std::pair<std::string, std::string>;  // key, value

// Tags of any resource, by its ARN.
class Tags {
 public:
  explicit Tags(Database& database) : database_(database) {}

  // Adds or overwrites. Throws Error{kLimitExceeded} when the resource would have more than 50.
  void put(const std::string& arn, const std::vector<Tag>& tags);
  std::vector<Tag> list(const std::string& arn);  // by key
  void remove(const std::string& arn, const std::vector<std::string>& keys);
  void remove_all(const std::string& arn);

 private:
  Database& database_;
};

}  // namespace sagebrush::store
