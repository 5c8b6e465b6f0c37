#include "container/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>

namespace sagebrush::container {

std::vector<std::string> few_capabilities() {
  return {"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETUID", "CAP_SETGID", "CAP_KILL"};
}

std::vector<std::string> image_capabilities() {
  constexpr struct {
    const char* name;
    int number;
  } kAll[] = {{"CAP_CHOWN", CAP_CHOWN},
              {"CAP_DAC_OVERRIDE", CAP_DAC_OVERRIDE},
              {"CAP_FOWNER", CAP_FOWNER},
              {"CAP_FSETID", CAP_FSETID},
              {"CAP_KILL", CAP_KILL},
              {"CAP_SETGID", CAP_SETGID},
              {"CAP_SETUID", CAP_SETUID},
              {"CAP_SETPCAP", CAP_SETPCAP},
              {"CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE},
              {"CAP_NET_RAW", CAP_NET_RAW},
              {"CAP_SYS_CHROOT", CAP_SYS_CHROOT},
              {"CAP_AUDIT_WRITE", CAP_AUDIT_WRITE},
              {"CAP_SETFCAP", CAP_SETFCAP}};
  std::vector<std::string> out;
  for (const auto& one : kAll) {
    if (::prctl(PR_CAPBSET_READ, one.number) == 1) out.emplace_back(one.name);
  }
  return out;
}

}  // namespace sagebrush::container
