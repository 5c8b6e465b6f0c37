#pragma once

#include <string>

#include "store/log_event.h"
#include "store/log_files.h"
#include "store/log_segment.h"

namespace sagebrush::store {

// Reads one page of one stream, in the order the events were appended. An empty page gives back the
// position it was asked from.
LogPage read_log_page(LogFiles& files, const std::string& stream, LogSegment& segment,
                      const LogReadQuery& query);

}  // namespace sagebrush::store
