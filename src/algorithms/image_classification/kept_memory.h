#pragma once

namespace sagebrush::vision {

// Freed memory stays with the process from now on. A training step frees what the next one asks for
// in the same sizes; given back to the kernel, it would come as fresh pages, each of which costs a
// fault and has to be cleared. The process holds at most what its largest step needed, and what
// lies in the gaps: about a fifth more.
void keep_freed_memory();

}  // namespace sagebrush::vision
