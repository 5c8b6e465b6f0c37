#include "service/sagemaker/instance_rules.h"

#include <set>
#include <string>

#include "aws/aws_error.h"
#include "job/host_plan.h"
#include "job/instance_catalogue.h"
#include "job/request_json.h"

namespace sagebrush::service::sagemaker {
namespace {

namespace json = boost::json;
using job::integer_at;
using job::text_at;

constexpr std::size_t kShownTypes = 6;

[[noreturn]] void refuse(const std::string& message) {
  throw aws::AwsError("ValidationException", 400, message);
}

// In the words that AWS has for a value that is not in the model's set.
void check_type(const std::string& type, const std::string& member) {
  if (job::find_instance_type(type)) return;
  std::string names;
  for (const std::string& name : job::nearest_instance_types(type, kShownTypes)) {
    names += name + ", ";
  }
  refuse("1 validation error detected: Value '" + type + "' at '" + member +
         "' failed to satisfy constraint: Member must satisfy enum value set: [" + names +
         "...] (the nearest of " + std::to_string(job::instance_types().size()) +
         " instance types)");
}

// The hosts that one ResourceConfig or one of its InstanceGroups asks for.
std::int64_t count_of(const json::object& of, const std::string& where, const std::string& member) {
  const std::int64_t count = integer_at(of, "InstanceCount", 0);
  if (count < 1) refuse("You must specify an InstanceCount of 1 or more in " + where + ".");
  const std::string type = text_at(of, "InstanceType");
  if (type.empty()) refuse("You must specify InstanceType in " + where + ".");
  check_type(type, member + ".instanceType");
  return count;
}

std::int64_t check_groups(const json::object& resources, const json::array& groups) {
  for (const char* member : {"InstanceType", "InstanceCount"}) {
    if (resources.contains(member)) {
      refuse("You must specify either InstanceGroups or " + std::string(member) +
             " in ResourceConfig, but not both.");
    }
  }
  std::set<std::string> names;
  std::int64_t count = 0;
  for (const auto& group : groups) {
    const std::string name = text_at(group.as_object(), "InstanceGroupName");
    if (!names.insert(name).second) {
      refuse("Each instance group must have a unique name; '" + name + "' is given twice.");
    }
    count += count_of(group.as_object(), "instance group '" + name + "'",
                      "resourceConfig.instanceGroups." + std::to_string(names.size()) + ".member");
  }
  return count;
}

}  // namespace

void check_instances(const json::object& resources) {
  const auto* groups = resources.if_contains("InstanceGroups");
  const bool grouped = groups && groups->is_array() && !groups->get_array().empty();
  const std::int64_t count = grouped ? check_groups(resources, groups->get_array())
                                     : count_of(resources, "ResourceConfig", "resourceConfig");
  if (count > job::kMostHosts) {
    refuse("The job asks for " + std::to_string(count) + " instances; " +
           std::to_string(job::kMostHosts) + " are the most that one job may have.");
  }
}

}  // namespace sagebrush::service::sagemaker
