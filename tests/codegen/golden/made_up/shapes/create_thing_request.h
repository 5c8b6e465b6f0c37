// Generated from the service model of made-up by tools/codegen; not to be edited.
#pragma once

#include "aws/json_shape.h"

namespace sagebrush::made_up {

class Node;

class CreateThingRequest : public aws::JsonShape {
 public:
  CreateThingRequest() = default;
  static CreateThingRequest from_json(boost::json::object json);

  std::string Name() const;
  CreateThingRequest& set_Name(std::string value);
  bool has_Name() const;

  ::sagebrush::made_up::Node Node() const;
  CreateThingRequest& set_Node(::sagebrush::made_up::Node value);
  bool has_Node() const;

  std::optional<std::string> Colour() const;
  CreateThingRequest& set_Colour(std::optional<std::string> value);
  bool has_Colour() const;

  std::optional<std::int64_t> Count() const;
  CreateThingRequest& set_Count(std::optional<std::int64_t> value);
  bool has_Count() const;

  std::optional<std::map<std::string, std::vector<::sagebrush::made_up::Node>>> Limits() const;
  CreateThingRequest& set_Limits(std::optional<std::map<std::string, std::vector<::sagebrush::made_up::Node>>> value);
  bool has_Limits() const;

  std::optional<std::int64_t> Weight() const;
  CreateThingRequest& set_Weight(std::optional<std::int64_t> value);
  bool has_Weight() const;

  std::optional<::sagebrush::Time> Since() const;
  CreateThingRequest& set_Since(std::optional<::sagebrush::Time> value);
  bool has_Since() const;

  std::optional<std::string> Secret() const;
  CreateThingRequest& set_Secret(std::optional<std::string> value);
  bool has_Secret() const;

  std::optional<std::string> Token() const;
  CreateThingRequest& set_Token(std::optional<std::string> value);
  bool has_Token() const;

  std::optional<bool> delete_() const;
  CreateThingRequest& set_delete(std::optional<bool> value);
  bool has_delete() const;

  std::optional<bool> json_() const;
  CreateThingRequest& set_json(std::optional<bool> value);
  bool has_json() const;

 private:
  explicit CreateThingRequest(boost::json::object object) : JsonShape(std::move(object)) {}
};

}  // namespace sagebrush::made_up
