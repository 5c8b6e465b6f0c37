#include "agent_protocol/spec.h"

#include "agent_protocol/json_reader.h"

namespace sagebrush::agent_protocol {
namespace {

namespace json = boost::json;

json::array array_of(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

ImageKind image_kind_from(const std::string& text) {
  if (text == "host") return ImageKind::kHost;
  if (text == "builtin") return ImageKind::kBuiltin;
  if (text == "registry") return ImageKind::kRegistry;
  throw Error(ErrorKind::kInvalid, "member kind must be host, builtin or registry, not " + text);
}

const char* name_of(ImageKind kind) {
  switch (kind) {
    case ImageKind::kHost: return "host";
    case ImageKind::kBuiltin: return "builtin";
    case ImageKind::kRegistry: return "registry";
  }
  return "host";
}

json::object json_of(const Image& image) {
  json::object out{{"kind", name_of(image.kind)},
                   {"reference", image.reference},
                   {"entrypoint", array_of(image.entrypoint)},
                   {"arguments", array_of(image.arguments)}};
  if (image.registry) out["registry"] = image.registry->to_json();
  return out;
}

json::array array_of(const std::vector<SpecHost>& hosts) {
  json::array all;
  for (const auto& host : hosts) {
    all.push_back(json::object{
        {"name", host.name}, {"instance_type", host.instance_type}, {"group", host.group}});
  }
  return all;
}

// A plain name is what servers wrote that knew one host only.
SpecHost host_from(const json::value& value) {
  if (const auto* name = value.if_string()) return {std::string(*name), "", ""};
  const JsonReader in(as_object(value, "a host"));
  return {in.text("name"), in.text("instance_type"), in.text("group")};
}

Access access_from(const json::object& object) {
  const JsonReader in(object);
  return {.server_url = in.text("server_url"),
          .ca_file = in.text("ca_file"),
          .token = in.text("token"),
          .access_key_id = in.text("access_key_id"),
          .secret_access_key = in.text("secret_access_key"),
          .session_token = in.text("session_token")};
}

Image image_from(const json::object& object) {
  const JsonReader in(object);
  Image image{.kind = image_kind_from(in.text("kind")),
              .reference = in.text("reference"),
              .entrypoint = in.texts("entrypoint"),
              .arguments = in.texts("arguments"),
              .registry = {}};
  if (image.kind == ImageKind::kRegistry) {
    image.registry = RegistryImage::from_json(in.object("registry"));
  }
  return image;
}

Limits limits_from(const json::object& object) {
  const JsonReader in(object);
  Limits limits;
  limits.cpus = static_cast<int>(in.integer("cpus"));
  for (const auto& cpu : in.array("cpu_set")) limits.cpu_set.push_back(cpu.to_number<int>());
  limits.memory_bytes = in.size("memory_bytes");
  if (!in.has("gpus")) return limits;
  for (const auto& gpu : in.array("gpus")) limits.gpus.push_back(gpu.to_number<int>());
  return limits;
}

}  // namespace

json::object Spec::to_json() const {
  return {{"job_id", job_id},
          {"job_name", job_name},
          {"job_arn", job_arn},
          {"attempt", attempt},
          {"host", host},
          {"hosts", array_of(hosts)},
          {"instance_type", instance_type},
          {"region", region},
          {"account", account},
          {"access",
           {{"server_url", access.server_url},
            {"ca_file", access.ca_file},
            {"token", access.token},
            {"access_key_id", access.access_key_id},
            {"secret_access_key", access.secret_access_key},
            {"session_token", access.session_token}}},
          {"image", json_of(image)},
          {"limits",
           {{"cpus", limits.cpus},
            {"cpu_set", json::array(limits.cpu_set.begin(), limits.cpu_set.end())},
            {"memory_bytes", static_cast<std::int64_t>(limits.memory_bytes)},
            {"gpus", json::array(limits.gpus.begin(), limits.gpus.end())}}},
          {"log_group", log_group},
          {"log_stream", log_stream},
          {"output_uri", output_uri},
          {"blob_directory", blob_directory},
          {"runtime", runtime},
          {"python", python},
          {"notice", notice},
          {"log_rules", agent_protocol::to_json(log_rules)},
          {"stop_grace_seconds", stop_grace.count()},
          {"layer_cache_bytes", static_cast<std::int64_t>(layer_cache_bytes)},
          {"request", request}};
}

Spec Spec::from_json(const json::object& object) {
  const JsonReader in(object);
  Spec spec;
  spec.job_id = in.text("job_id");
  spec.job_name = in.text("job_name");
  spec.job_arn = in.text("job_arn");
  spec.attempt = static_cast<int>(in.integer("attempt"));
  spec.host = in.text("host");
  for (const auto& host : in.array("hosts")) spec.hosts.push_back(host_from(host));
  spec.instance_type = in.text("instance_type");
  spec.region = in.text("region");
  spec.account = in.text("account");
  spec.access = access_from(in.object("access"));
  spec.image = image_from(in.object("image"));
  spec.limits = limits_from(in.object("limits"));
  spec.log_group = in.text("log_group");
  spec.log_stream = in.text("log_stream");
  spec.output_uri = in.text("output_uri");
  spec.blob_directory = in.text("blob_directory");
  spec.runtime = in.text("runtime");
  spec.python = in.text_or("python", "");
  spec.notice = in.text("notice");
  if (in.has("log_rules")) spec.log_rules = log_rules_from_json(in.array("log_rules"));
  spec.stop_grace = std::chrono::seconds(in.integer("stop_grace_seconds"));
  // Absent in the specs of a server that was older.
  if (in.has("layer_cache_bytes")) spec.layer_cache_bytes = in.size("layer_cache_bytes");
  spec.request = in.object("request");
  return spec;
}

}  // namespace sagebrush::agent_protocol
