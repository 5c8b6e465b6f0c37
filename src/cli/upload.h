#pragma once

#include <string>
#include <vector>

#include "cli/cloud.h"
#include "cli/upload_plan.h"

namespace sagebrush::cli {

class Interrupt;
class Terminal;

inline constexpr int kUploadThreads = 8;

struct UploadResult {
  std::size_t uploaded = 0;
  std::size_t unchanged = 0;
  std::uint64_t uploaded_bytes = 0;
};

// Makes the bucket, with a message, when it isn't there.
void ensure_bucket(Cloud& cloud, const std::string& bucket, Terminal& terminal);

// Warns of each thing below a folder that is no file, a link to nothing say, and stays here.
void warn_of_left_out(const std::filesystem::path& path, Terminal& terminal);

// Puts the files, several at once, with a progress bar on a terminal; those that are there already
// with the same content are skipped. The first failure ends it: its error is thrown once all
// threads have ended. Throws Interrupted on Ctrl-C.
UploadResult upload(Cloud& cloud, const std::string& bucket, const std::vector<LocalFile>& files,
                    int threads, Terminal& terminal, const Interrupt& interrupt);

}  // namespace sagebrush::cli
