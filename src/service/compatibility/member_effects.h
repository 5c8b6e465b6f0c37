#pragma once

#include <span>
#include <string_view>

namespace sagebrush::service {

enum class Effect {
  kFull,     // does what AWS documents
  kKept,     // checked, kept and given back; nothing else happens
  kPart,     // in part: the note says which
  kRefused,  // an error says so
};

// What one member of a request does here. Paths as in the model: "ResourceConfig.InstanceCount".
struct MemberEffect {
  std::string_view operation;
  std::string_view member;
  Effect effect;
  std::string_view note;
};

// Every top-level member of CreateTrainingJob, and what matters below them and elsewhere.
std::span<const MemberEffect> member_effects();

// Differences that no single member shows.
std::span<const std::string_view> known_differences();

}  // namespace sagebrush::service
