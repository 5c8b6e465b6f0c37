#include "agent_protocol/image_config.h"

#include "agent_protocol/json_reader.h"
#include "base/error.h"

namespace sagebrush::agent_protocol {
namespace {

std::string without_nul(const char* member, std::string text) {
  if (text.find('\0') != std::string::npos) {
    throw Error(ErrorKind::kInvalid, std::string("the image's ") + member + " has a NUL in it");
  }
  return text;
}

std::vector<std::string> list_of(const JsonReader& in, const char* member) {
  std::vector<std::string> out;
  if (!in.has(member)) return out;
  for (auto& text : in.texts(member)) out.push_back(without_nul(member, std::move(text)));
  return out;
}

}  // namespace

ImageConfig ImageConfig::of(const boost::json::object& blob) {
  const JsonReader outer(blob);
  if (!outer.has("config")) return {};
  const JsonReader in(outer.object("config"));
  ImageConfig out;
  out.entrypoint = list_of(in, "Entrypoint");
  out.command = list_of(in, "Cmd");
  for (auto& variable : list_of(in, "Env")) {
    // A name alone has no value, and no process may be given it.
    if (variable.find('=') != std::string::npos && variable[0] != '=') {
      out.environment.push_back(std::move(variable));
    }
  }
  out.directory = without_nul("WorkingDir", in.text_or("WorkingDir", ""));
  out.user = without_nul("User", in.text_or("User", ""));
  out.stop_signal = in.text_or("StopSignal", "");
  return out;
}

}  // namespace sagebrush::agent_protocol
