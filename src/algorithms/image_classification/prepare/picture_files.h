#pragma once

#include <filesystem>
#include <vector>

namespace sagebrush::vision {

// What lies in `folder`, sorted by name: its folders, and its other files. Hidden ones and those
// that file browsers leave are passed over. A link that leads nowhere is a file, so that reading it
// fails. Throws Error{kUser} when `folder` cannot be listed.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);

// The files in `folder` and in all folders below it, those of links too, in an order of their own.
// Each folder is read once, so links that go round in circles end.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

// Whether a file is called as JPEG and PNG files are, or starts as they do: a damaged picture is
// one, so that reading it names the damage.
bool is_picture(const std::filesystem::path& file);

}  // namespace sagebrush::vision
