#pragma once

#include <string>

namespace sagebrush::vision {

struct ImageSet;

// What the numbers of pixels mean. Bytes of a file are kByte, but for images that know 0 and 1
// only; floats are told by their values: all within 0 to 1, all within 0 to 255, or neither, as
// standardised ones are.
enum class PixelRange { kUnit, kByte, kOther };

PixelRange range_of(const ImageSet& set);

// "0-1", "0-255", "other": as config.json names them. pixel_range_named throws Error{kUser}.
const char* to_string(PixelRange range);
PixelRange pixel_range_named(const std::string& name);

// Gives the set's pixels the meaning that a network was trained on. Floats of 0 to 1 become 0 to
// 255 and the other way round. Throws Error{kUser} for bytes where the network knows neither.
void bring_to(PixelRange range, ImageSet& set);

}  // namespace sagebrush::vision
