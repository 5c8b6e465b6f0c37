#include "agent/script_job.h"

#include <algorithm>

#include "agent/python_value.h"
#include "agent_protocol/image_config.h"
#include "base/error.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using agent_protocol::Spec;

// Those that the toolkit itself acts on; others that start with "sagemaker_" are for a framework.
constexpr const char* kToolkits[] = {"sagemaker_program",
                                     "sagemaker_submit_directory",
                                     "sagemaker_enable_cloudwatch_metrics",
                                     "sagemaker_region",
                                     "sagemaker_container_log_level",
                                     "sagemaker_job_name",
                                     "default_user_module_name",
                                     "_tuning_objective_metric",
                                     "sagemaker_s3_output"};

const json::object& map_at(const json::object& request, const char* name) {
  static const json::object kNone;
  const auto* value = request.if_contains(name);
  return value && value->is_object() ? value->get_object() : kNone;
}

std::string text_in(const json::object& map, const char* name) {
  const auto* value = map.if_contains(name);
  return value && !value->is_null() ? python_str(*value) : "";
}

json::object images_variables(const Spec& spec) {
  json::object out;
  if (!spec.image.registry) return out;
  const auto config = agent_protocol::ImageConfig::of(spec.image.registry->config);
  for (const auto& variable : config.environment) {
    const auto equals = variable.find('=');
    out[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  return out;
}

}  // namespace

std::optional<ScriptJob> script_job(const Spec& spec) {
  json::object toolkits;
  ScriptJob job;
  for (const auto& item : map_at(spec.request, "HyperParameters")) {
    const std::string name = item.key();
    const auto value = item.value().is_string()
                           ? python_loads(std::string(item.value().get_string()))
                           : item.value();
    if (std::ranges::find(kToolkits, name) != std::end(kToolkits)) {
      toolkits[name] = value;
    } else {
      (name.starts_with("sagemaker_") ? job.framework : job.hyperparameters)[name] = value;
    }
  }
  const json::object& environment = map_at(spec.request, "Environment");
  const json::object baked = images_variables(spec);
  const auto either = [&](const char* variable, const char* hyperparameter) {
    std::string text = text_in(environment, variable);
    if (text.empty()) text = text_in(toolkits, hyperparameter);
    return text.empty() ? text_in(baked, variable) : text;
  };
  job.program = either("SAGEMAKER_PROGRAM", "sagemaker_program");
  if (job.program.empty()) return std::nullopt;
  job.source = either("SAGEMAKER_SUBMIT_DIRECTORY", "sagemaker_submit_directory");
  job.interpreter = text_in(environment, "SAGEBRUSH_PYTHON");
  if (job.interpreter.empty()) job.interpreter = text_in(job.framework, "sagemaker_interpreter");
  if (const auto* level = toolkits.if_contains("sagemaker_container_log_level")) {
    if (level->is_int64()) job.log_level = level->get_int64();
  }
  return job;
}

bool wants_toolkit(const Spec& spec) {
  return spec.image.kind != agent_protocol::ImageKind::kBuiltin && spec.image.entrypoint.empty() &&
         spec.image.arguments == std::vector<std::string>{"train"} && script_job(spec).has_value();
}

}  // namespace sagebrush::agent
