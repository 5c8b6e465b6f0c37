#include "job/image_platform.h"

#include <sys/utsname.h>

#include "base/error.h"
#include "base/text.h"

namespace sagebrush::job {
namespace {

std::string go_architecture(const std::string& machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  if (machine.starts_with("armv")) return "arm";
  return machine;  // riscv64, ppc64le, s390x …
}

[[noreturn]] void throw_foreign(const std::string& image, const Platform& machine) {
  throw Error(ErrorKind::kInvalid, "Exec format error: image is " + image + ", this machine " +
                                       machine.text() + "; build with --platform " +
                                       machine.text());
}

std::string text_of(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

}  // namespace

Platform this_platform() {
  utsname system{};
  ::uname(&system);
  return {to_lower(system.sysname), go_architecture(system.machine)};
}

const store::Descriptor& choose_platform(const std::vector<store::Descriptor>& manifests,
                                         const Platform& machine) {
  std::string there;
  const store::Descriptor* unsaid = nullptr;
  for (const store::Descriptor& entry : manifests) {
    if (entry.os == machine.os && entry.architecture == machine.architecture) return entry;
    if (entry.architecture.empty()) {
      unsaid = unsaid ? unsaid : &entry;
    } else if (entry.architecture != "unknown") {
      there += (there.empty() ? "" : ", ") + Platform{entry.os, entry.architecture}.text();
    }
  }
  if (unsaid) return *unsaid;
  if (there.empty()) {
    throw Error(ErrorKind::kInvalid, "ClientError: the image index names no image to run");
  }
  throw_foreign(there, machine);
}

void require_platform(const boost::json::object& config, const Platform& machine) {
  const std::string os = text_of(config, "os");
  const std::string architecture = text_of(config, "architecture");
  const bool fits = (os.empty() || os == machine.os) &&
                    (architecture.empty() || architecture == machine.architecture);
  if (fits) return;
  throw_foreign(Platform{os.empty() ? machine.os : os,
                         architecture.empty() ? machine.architecture : architecture}
                    .text(),
                machine);
}

}  // namespace sagebrush::job
