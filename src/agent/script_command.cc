#include "agent/script_command.h"

#include <algorithm>

#include "agent/python_value.h"
#include "agent/script_environment.h"
#include "agent/script_launcher.h"

namespace sagebrush::agent {
namespace {

namespace json = boost::json;
using agent_protocol::Spec;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string argument_name(std::string_view name) {
  if (name.empty()) return "";
  return (characters(name) > 1 ? "--" : "-") + std::string(name);
}

// A map becomes k=v,k=v; all else is as Python's str() has it, and None is nothing.
std::string argument_value(const json::value& value) {
  if (value.is_null()) return "";
  const auto* map = value.if_object();
  if (!map) return python_str(value);
  std::map<std::string, std::string> sorted;
  for (const auto& item : *map) sorted[item.key()] = python_str(item.value());
  std::string out;
  for (const auto& [name, text] : sorted) out += (out.empty() ? "" : ",") + name + "=" + text;
  return out;
}

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_-+=:,./";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\"'\"'" : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + quoted(word);
  return out;
}

EntryPoint entry_point_of(const std::string& program, const std::vector<std::string>& files) {
  const auto has = [&](const std::string& name) {
    return std::ranges::find(files, name) != files.end();
  };
  if (has("setup.py")) return EntryPoint::kPackage;
  if (program.ends_with(".py")) return EntryPoint::kScript;
  if (has(program)) return EntryPoint::kCommand;
  const std::string top = program.substr(0, program.find('.'));
  return has(top + ".py") || has(top + "/") ? EntryPoint::kModule : EntryPoint::kCommand;
}

std::vector<std::string> script_arguments(const json::object& hyperparameters) {
  std::map<std::string, std::string> sorted;
  for (const auto& item : hyperparameters) sorted[item.key()] = argument_value(item.value());
  std::vector<std::string> out;
  for (const auto& [name, value] : sorted) {
    out.push_back(argument_name(name));
    out.push_back(value);
  }
  return out;
}

ScriptCommand script_command(const Spec& spec, const ScriptJob& job, EntryPoint entry,
                             const std::string& interpreter) {
  const auto arguments = script_arguments(job.hyperparameters);
  ScriptCommand out;
  out.words = {interpreter};
  const bool launched = wants_torch_launcher(spec, job);
  const auto add = [&](const std::vector<std::string>& words) {
    out.words.insert(out.words.end(), words.begin(), words.end());
  };
  if (launched) add(torch_launcher(spec, job));
  switch (entry) {
    case EntryPoint::kScript: add({job.program}); break;
    case EntryPoint::kPackage:
    case EntryPoint::kModule: {
      const bool file = job.program.ends_with(".py");
      add({"-m", file ? job.program.substr(0, job.program.size() - 3) : job.program});
      break;
    }
    case EntryPoint::kCommand: {
      std::vector<std::string> line{"./" + job.program};
      line.insert(line.end(), arguments.begin(), arguments.end());
      if (launched) {
        add({"--no_python"});
      } else {
        out.words.clear();
      }
      add({"/bin/sh", "-c", shell_line(line)});
      break;
    }
  }
  if (entry != EntryPoint::kCommand) {
    out.words.insert(out.words.end(), arguments.begin(), arguments.end());
  }
  out.environment = script_environment(spec, job, arguments);
  return out;
}

}  // namespace sagebrush::agent
