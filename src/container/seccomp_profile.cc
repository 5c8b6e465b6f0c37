#include "container/seccomp_profile.h"

#include <sched.h>

#include <cerrno>

namespace sagebrush::container {
namespace {

namespace json = boost::json;

// EPERM, as a process without the capability would get.
constexpr const char* kDenied[] = {"acct",
                                   "add_key",
                                   "bpf",
                                   "delete_module",
                                   "fanotify_init",
                                   "finit_module",
                                   "fsconfig",
                                   "fsmount",
                                   "fsopen",
                                   "fspick",
                                   "init_module",
                                   "kexec_file_load",
                                   "kexec_load",
                                   "keyctl",
                                   "lookup_dcookie",
                                   "mount",
                                   "mount_setattr",
                                   "move_mount",
                                   "name_to_handle_at",
                                   "open_by_handle_at",
                                   "open_tree",
                                   "perf_event_open",
                                   "pivot_root",
                                   "quotactl",
                                   "reboot",
                                   "request_key",
                                   "setns",
                                   "swapoff",
                                   "swapon",
                                   "syslog",
                                   "umount2",
                                   "userfaultfd"};

// ENOSYS, so that programs take their other path.
constexpr const char* kAbsent[] = {"clone3", "io_uring_enter", "io_uring_register",
                                   "io_uring_setup"};

json::object rule(json::array names, int error) {
  return {{"names", std::move(names)}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", error}};
}

// clone and unshare stay usable for threads and processes, but not for a new user namespace.
json::object no_user_namespace(const char* call) {
  auto out = rule({call}, EPERM);
  out["args"] = json::array{{{"index", 0},
                             {"value", CLONE_NEWUSER},
                             {"valueTwo", CLONE_NEWUSER},
                             {"op", "SCMP_CMP_MASKED_EQ"}}};
  return out;
}

}  // namespace

json::object seccomp_profile() {
  return {
      {"defaultAction", "SCMP_ACT_ALLOW"},
      {"architectures", {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}},
      {"syscalls", json::array{rule(json::array(std::begin(kDenied), std::end(kDenied)), EPERM),
                               rule(json::array(std::begin(kAbsent), std::end(kAbsent)), ENOSYS),
                               no_user_namespace("clone"), no_user_namespace("unshare")}}};
}

}  // namespace sagebrush::container
