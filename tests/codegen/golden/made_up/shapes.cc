// Generated from the service model of made-up by tools/codegen; not to be edited.
#include "aws/json_field.h"
#include "generated/made_up/shapes/create_thing_request.h"
#include "generated/made_up/shapes/create_thing_response.h"
#include "generated/made_up/shapes/delete_thing_request.h"
#include "generated/made_up/shapes/node.h"
#include "generated/made_up/shapes/thing_bytes.h"

namespace sagebrush::made_up {

namespace field = aws::field;
using aws::field::optional;
using aws::field::required;
using aws::field::set;
using aws::field::set_optional;

CreateThingRequest CreateThingRequest::from_json(boost::json::object json) { return CreateThingRequest(std::move(json)); }

std::string CreateThingRequest::Name() const { return required<field::Text>(object_, "Name"); }
CreateThingRequest& CreateThingRequest::set_Name(std::string value) {
  set<field::Text>(object_, "Name", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Name() const { return object_.contains("Name"); }

::sagebrush::made_up::Node CreateThingRequest::Node() const { return required<field::Structure<::sagebrush::made_up::Node>>(object_, "Node"); }
CreateThingRequest& CreateThingRequest::set_Node(::sagebrush::made_up::Node value) {
  set<field::Structure<::sagebrush::made_up::Node>>(object_, "Node", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Node() const { return object_.contains("Node"); }

std::optional<std::string> CreateThingRequest::Colour() const { return optional<field::Text>(object_, "Colour"); }
CreateThingRequest& CreateThingRequest::set_Colour(std::optional<std::string> value) {
  set_optional<field::Text>(object_, "Colour", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Colour() const { return object_.contains("Colour"); }

std::optional<std::int64_t> CreateThingRequest::Count() const { return optional<field::Integer>(object_, "Count"); }
CreateThingRequest& CreateThingRequest::set_Count(std::optional<std::int64_t> value) {
  set_optional<field::Integer>(object_, "Count", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Count() const { return object_.contains("Count"); }

std::optional<std::map<std::string, std::vector<::sagebrush::made_up::Node>>> CreateThingRequest::Limits() const { return optional<field::Map<field::List<field::Structure<::sagebrush::made_up::Node>>>>(object_, "Limits"); }
CreateThingRequest& CreateThingRequest::set_Limits(std::optional<std::map<std::string, std::vector<::sagebrush::made_up::Node>>> value) {
  set_optional<field::Map<field::List<field::Structure<::sagebrush::made_up::Node>>>>(object_, "Limits", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Limits() const { return object_.contains("Limits"); }

std::optional<std::int64_t> CreateThingRequest::Weight() const { return optional<field::Integer>(object_, "Weight"); }
CreateThingRequest& CreateThingRequest::set_Weight(std::optional<std::int64_t> value) {
  set_optional<field::Integer>(object_, "Weight", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Weight() const { return object_.contains("Weight"); }

std::optional<::sagebrush::Time> CreateThingRequest::Since() const { return optional<field::Timestamp>(object_, "Since"); }
CreateThingRequest& CreateThingRequest::set_Since(std::optional<::sagebrush::Time> value) {
  set_optional<field::Timestamp>(object_, "Since", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Since() const { return object_.contains("Since"); }

std::optional<std::string> CreateThingRequest::Secret() const { return optional<field::Text>(object_, "Secret"); }
CreateThingRequest& CreateThingRequest::set_Secret(std::optional<std::string> value) {
  set_optional<field::Text>(object_, "Secret", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Secret() const { return object_.contains("Secret"); }

std::optional<std::string> CreateThingRequest::Token() const { return optional<field::Text>(object_, "Token"); }
CreateThingRequest& CreateThingRequest::set_Token(std::optional<std::string> value) {
  set_optional<field::Text>(object_, "Token", std::move(value));
  return *this;
}
bool CreateThingRequest::has_Token() const { return object_.contains("Token"); }

std::optional<bool> CreateThingRequest::delete_() const { return optional<field::Boolean>(object_, "delete"); }
CreateThingRequest& CreateThingRequest::set_delete(std::optional<bool> value) {
  set_optional<field::Boolean>(object_, "delete", std::move(value));
  return *this;
}
bool CreateThingRequest::has_delete() const { return object_.contains("delete"); }

std::optional<bool> CreateThingRequest::json_() const { return optional<field::Boolean>(object_, "json"); }
CreateThingRequest& CreateThingRequest::set_json(std::optional<bool> value) {
  set_optional<field::Boolean>(object_, "json", std::move(value));
  return *this;
}
bool CreateThingRequest::has_json() const { return object_.contains("json"); }

Node Node::from_json(boost::json::object json) { return Node(std::move(json)); }

std::optional<std::string> Node::Node_() const { return optional<field::Text>(object_, "Node"); }
Node& Node::set_Node(std::optional<std::string> value) {
  set_optional<field::Text>(object_, "Node", std::move(value));
  return *this;
}
bool Node::has_Node() const { return object_.contains("Node"); }

std::optional<std::vector<::sagebrush::made_up::Node>> Node::Children() const { return optional<field::List<field::Structure<::sagebrush::made_up::Node>>>(object_, "Children"); }
Node& Node::set_Children(std::optional<std::vector<::sagebrush::made_up::Node>> value) {
  set_optional<field::List<field::Structure<::sagebrush::made_up::Node>>>(object_, "Children", std::move(value));
  return *this;
}
bool Node::has_Children() const { return object_.contains("Children"); }

std::optional<std::string> Node::Thumbnail() const { return optional<field::Blob>(object_, "Thumbnail"); }
Node& Node::set_Thumbnail(std::optional<std::string> value) {
  set_optional<field::Blob>(object_, "Thumbnail", std::move(value));
  return *this;
}
bool Node::has_Thumbnail() const { return object_.contains("Thumbnail"); }

CreateThingResponse CreateThingResponse::from_json(boost::json::object json) { return CreateThingResponse(std::move(json)); }

std::optional<::sagebrush::made_up::Node> CreateThingResponse::Node() const { return optional<field::Structure<::sagebrush::made_up::Node>>(object_, "Node"); }
CreateThingResponse& CreateThingResponse::set_Node(std::optional<::sagebrush::made_up::Node> value) {
  set_optional<field::Structure<::sagebrush::made_up::Node>>(object_, "Node", std::move(value));
  return *this;
}
bool CreateThingResponse::has_Node() const { return object_.contains("Node"); }

DeleteThingRequest DeleteThingRequest::from_json(boost::json::object json) { return DeleteThingRequest(std::move(json)); }

std::string DeleteThingRequest::Name() const { return required<field::Text>(object_, "Name"); }
DeleteThingRequest& DeleteThingRequest::set_Name(std::string value) {
  set<field::Text>(object_, "Name", std::move(value));
  return *this;
}
bool DeleteThingRequest::has_Name() const { return object_.contains("Name"); }

std::optional<bool> DeleteThingRequest::Force() const { return optional<field::Boolean>(object_, "Force"); }
DeleteThingRequest& DeleteThingRequest::set_Force(std::optional<bool> value) {
  set_optional<field::Boolean>(object_, "Force", std::move(value));
  return *this;
}
bool DeleteThingRequest::has_Force() const { return object_.contains("Force"); }

std::optional<std::map<std::string, std::string>> DeleteThingRequest::Meta() const { return optional<field::Map<field::Text>>(object_, "Meta"); }
DeleteThingRequest& DeleteThingRequest::set_Meta(std::optional<std::map<std::string, std::string>> value) {
  set_optional<field::Map<field::Text>>(object_, "Meta", std::move(value));
  return *this;
}
bool DeleteThingRequest::has_Meta() const { return object_.contains("Meta"); }

ThingBytes ThingBytes::from_json(boost::json::object json) { return ThingBytes(std::move(json)); }

std::string ThingBytes::Name() const { return required<field::Text>(object_, "Name"); }
ThingBytes& ThingBytes::set_Name(std::string value) {
  set<field::Text>(object_, "Name", std::move(value));
  return *this;
}
bool ThingBytes::has_Name() const { return object_.contains("Name"); }

std::optional<std::int64_t> ThingBytes::Size() const { return optional<field::Integer>(object_, "Size"); }
ThingBytes& ThingBytes::set_Size(std::optional<std::int64_t> value) {
  set_optional<field::Integer>(object_, "Size", std::move(value));
  return *this;
}
bool ThingBytes::has_Size() const { return object_.contains("Size"); }

}  // namespace sagebrush::made_up
