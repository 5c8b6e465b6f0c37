#include "agent/script_command.h"

#include <algorithm>

#include "agent/mpi_launcher.h"
#include "agent/python_value.h"
#include "agent/script_environment.h"
#include "agent/script_launcher.h"
#include "base/error.h"

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
                             const std::string& interpreter, const std::string& mpirun) {
  const auto arguments = script_arguments(job.hyperparameters);
  const Launcher launcher = launcher_of(spec, job);
  ScriptCommand out;
  out.environment = script_environment(spec, job, arguments);
  const auto add = [&](const std::vector<std::string>& words) {
    out.words.insert(out.words.end(), words.begin(), words.end());
  };
  if (launcher == Launcher::kMpi) {
    if (mpirun.empty()) {
      throw Error(ErrorKind::kInvalid, "hyperparameter sagemaker_mpi_enabled needs a server");
    }
    const auto mpi = mpi_launcher(job, launched_hosts(spec, job), spec.host, mpirun);
    add(mpi.words);
    out.first = mpi.whole;
    if (mpi.whole) return out;
  }
  if (launcher == Launcher::kTorch || entry != EntryPoint::kCommand) add({interpreter});
  if (launcher == Launcher::kTorch) add(torch_launcher(spec, job));
  // Its runner ends all processes when one of them does by an exception.
  if (launcher == Launcher::kMpi && entry != EntryPoint::kCommand) add({"-m", "mpi4py"});
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
      if (launcher == Launcher::kTorch) add({"--no_python"});
      add({"/bin/sh", "-c", shell_line(line)});
      break;
    }
  }
  if (entry != EntryPoint::kCommand) add(arguments);
  return out;
}

}  // namespace sagebrush::agent
