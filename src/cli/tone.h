#pragma once

#include <string>
#include <string_view>

namespace sagebrush::cli {

// What a piece of text says about a thing's state; colour is used for nothing else.
enum class Tone { kPlain, kGood, kRunning, kWaiting, kBad, kStopped };

// text between the terminal codes of `tone` when `colour`, else as it is.
std::string paint(std::string_view text, Tone tone, bool colour);

// Of a TrainingJobStatus or SecondaryStatus.
Tone tone_of_status(std::string_view status);

}  // namespace sagebrush::cli
