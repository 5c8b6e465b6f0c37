#include "agent/package_container.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <map>

#include "base/file.h"
#include "container/host_network.h"
#include "container/host_rootfs.h"
#include "container/image_rootfs.h"
#include "container/launch.h"
#include "container/replace_file.h"

namespace sagebrush::agent {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using agent_protocol::AttemptFolder;
using container::Mount;
using container::ShownFolder;
using Files = std::vector<std::pair<fs::path, std::string>>;  // path from the root, content

constexpr const char* kHostname = "packages";

// What the server's operator has told pip and the like.
constexpr const char* kPassed[] = {
    "PIP_INDEX_URL",       "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_NO_INDEX",
    "PIP_DEFAULT_TIMEOUT", "http_proxy",          "https_proxy",      "no_proxy",
    "HTTP_PROXY",          "HTTPS_PROXY",         "NO_PROXY"};
constexpr const char* kCertificates[] = {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"};

// What the container gets besides its root.
struct Equipment {
  std::map<std::string, std::string> environment;
  Files files;
  std::vector<ShownFolder> folders;
};

// A file of the machine, when there is one.
void take_file(const fs::path& file, const fs::path& at, Files& files) {
  std::error_code failed;
  if (fs::is_regular_file(file, failed)) files.emplace_back(at, read_file(file));
}

void take_network(Equipment& out) {
  for (const char* name : kPassed) {
    if (const char* value = std::getenv(name)) out.environment[name] = value;
  }
  for (const char* name : kCertificates) {
    const char* value = std::getenv(name);
    if (!value) continue;
    const std::string inside = std::string("root/") + name + ".pem";
    take_file(value, inside, out.files);
    out.environment[name] = "/" + inside;
  }
  take_file("/etc/resolv.conf", "etc/resolv.conf", out.files);
  take_file("/etc/hosts", "etc/hosts", out.files);
  take_file("/etc/pip.conf", "etc/pip.conf", out.files);
  if (const char* home = std::getenv("HOME")) {
    take_file(fs::path(home) / ".config/pip/pip.conf", "root/.config/pip/pip.conf", out.files);
  }
}

Equipment equipment_of(const PackageInstall& install, const fs::path& building) {
  Equipment out;
  out.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                     {"HOME", "/root"}};
  if (install.image) {
    for (const auto& variable : install.image->environment) {
      const auto equals = variable.find('=');
      out.environment[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
  } else {
    out.environment["LANG"] = out.environment["LC_ALL"] = "C.UTF-8";
  }
  out.environment["PYTHONDONTWRITEBYTECODE"] = "1";
  out.environment["PIP_ROOT_USER_ACTION"] = "ignore";
  out.folders.push_back({building, fs::path(kEnvironmentFolder).relative_path()});
  if (const char* links = std::getenv("PIP_FIND_LINKS"); links && fs::is_directory(links)) {
    out.folders.push_back({links, "mnt/find-links", true});
    out.environment["PIP_FIND_LINKS"] = "/mnt/find-links";
  }
  if (install.plan.baked.empty()) out.folders.push_back({install.code, "opt/ml/code", true});
  if (install.network) take_network(out);
  return out;
}

std::vector<Mount> host_root(const Equipment& equipment, const container::Workplace& place) {
  auto mounts = container::build_host_rootfs({.hostname = kHostname,
                                              .hosts_file = container::hosts_file({kHostname}),
                                              .builtin_programs = {},
                                              .channels = {}},
                                             place);
  for (const auto& [path, content] : equipment.files) {
    const fs::path target = place.rootfs() / path;
    fs::create_directories(target.parent_path());
    std::ofstream(target) << content;
  }
  for (const auto& shown : equipment.folders) {
    const fs::path target = place.rootfs() / shown.target;
    fs::create_directories(target);
    mounts.push_back(shown.read_only ? Mount::bind_read_only(shown.source, target)
                                     : Mount::bind(shown.source, target));
  }
  return mounts;
}

std::vector<Mount> image_root(const PackageInstall& install, Equipment& equipment,
                              const container::Workplace& place) {
  container::ImageRootfs rootfs{.hostname = kHostname,
                                .channels = {},
                                .directory = "/",
                                .folders = std::move(equipment.folders),
                                .hosts_file = container::hosts_file({kHostname}),
                                .files = std::move(equipment.files)};
  if (!install.plan.baked.empty()) rootfs.code = install.plan.baked;
  return container::build_image_rootfs(rootfs, container::LayerStack(install.image->layers), place);
}

}  // namespace

void prepare_install(const PackageInstall& install, const AttemptFolder& folder,
                     const fs::path& building) {
  const container::Workplace place{folder.work()};
  fs::create_directories(place.ml() / "code");
  Equipment equipment = equipment_of(install, building);
  auto mounts = install.image ? image_root(install, equipment, place) : host_root(equipment, place);
  container::ContainerSpec spec;
  spec.arguments = install_command(install.plan);
  for (const auto& [name, value] : equipment.environment) {
    spec.environment.push_back(name + "=" + value);
  }
  spec.hostname = kHostname;
  if (install.runtime.kind != container::RuntimeKind::kBubblewrap) {
    spec.cgroup_path = install.cgroup_path;
  }
  container::HostNetwork network;  // the machine's own
  if (!install.network) network.hosts = {kHostname};
  auto launch =
      container::prepare_launch(install.runtime, spec, place, install.cgroup_path.substr(1),
                                std::move(mounts), std::move(network));
  if (install.image) launch.layer_locks = install.image->lock_files;
  container::replace_file(place.launch(), json::serialize(to_json(launch)));
  // pip's output is part of the job's log, as it comes.
  fs::create_symlink(install.log, folder.output_log());
}

}  // namespace sagebrush::agent
