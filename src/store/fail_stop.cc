#include "store/fail_stop.h"

#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"

namespace sagebrush::store {

void fail_stop(std::string_view what) {
  spdlog::critical("storage failed, stopping so that nothing unsafe is acknowledged: {}", what);
  spdlog::default_logger()->flush();
  ::_exit(EX_IOERR);
}

}  // namespace sagebrush::store
