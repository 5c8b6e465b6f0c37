#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/interrupt.h"
#include "cli/terminal.h"

namespace sagebrush::cli {

// A data set as its author publishes it: one tar.gz, known by size and MD5.
struct PublicArchive {
  std::string name;    // "CIFAR-10"
  std::string server;  // "https://host"
  std::string path;    // "/folder/file.tar.gz"
  std::uint64_t bytes = 0;
  std::string md5;
  std::string folder;  // the one that it unpacks to
};

// The version of 32x32x3 bytes an image (Krizhevsky, Learning Multiple Layers of Features from Tiny
// Images, 2009).
PublicArchive cifar10_archive();

// cache/<folder>, which is there whole or not at all: fetched, checked and unpacked unless an
// earlier call did that. Throws Error{kUnavailable} when the server does not give it, {kInvalid}
// when what came is something else, Interrupted.
std::filesystem::path fetch_archive(const PublicArchive& archive,
                                    const std::filesystem::path& cache, Terminal& terminal,
                                    const Interrupt& interrupt);

}  // namespace sagebrush::cli
