#include "job/progress.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "agent_protocol/json_reader.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestLine = 1000;

std::optional<double> number(const re2::StringPiece& text) {
  double value = 0;
  if (text.data() == nullptr) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || at != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// A letter of each word that could be there, before any regex is run.
bool may_say_something(std::string_view line) {
  for (std::size_t i = 0; i + 3 < line.size(); ++i) {
    const char c = static_cast<char>(line[i] | 0x20);
    const auto next = [&](std::size_t n) { return static_cast<char>(line[i + n] | 0x20); };
    if (c == 'e' && next(1) == 'p' && next(2) == 'o') return true;
    if (c == 's' && next(1) == 't' && next(2) == 'e' && next(3) == 'p') return true;
    if (c == 'i' && next(1) == 't' && next(2) == 'e' && next(3) == 'r') return true;
    if (line[i] == '%' && line[i + 1] == '|') return true;
  }
  return false;
}

}  // namespace

std::optional<ProgressLine> read_progress(std::string_view line) {
  if (line.size() > kLongestLine || !may_say_something(line)) return std::nullopt;
  static const RE2 kEpoch(
      R"((?i)\bepochs?["']?\s*[:=#\[(]?\s*(\d{1,9})(?:\s*(?:/|of)\s*(\d{1,9}))?\b)");
  static const RE2 kStep(
      R"((?i)\b(?:steps?|iter(?:ation)?s?|batch(?:es)?)["']?\s*[:=#\[(]?\s*(\d{1,12})(?:\s*(?:/|of)\s*(\d{1,12}))?\b)");
  static const RE2 kPair(R"(\[\s*(\d{1,12})\s*/\s*(\d{1,12})\b)");
  static const RE2 kBar(R"(\d{1,3}%\|[^|]*\|\s*(\d{1,12})/(\d{1,12})\b)");
  static const RE2 kResult(R"((?i)(loss|acc|metric|auc|f1|error)[a-z_]*["']?\s*[:=])");
  const re2::StringPiece text(line.data(), line.size());
  re2::StringPiece a;
  re2::StringPiece b;
  ProgressLine found;
  if (RE2::PartialMatch(text, kEpoch, &a, &b)) {
    found.epoch = number(a);
    found.epochs = number(b);
  }
  a = b = {};
  if (RE2::PartialMatch(text, kStep, &a, &b)) {
    found.step = number(a);
    found.steps = number(b);
  }
  a = b = {};
  if (!found.steps && (RE2::PartialMatch(text, kBar, &a, &b) ||
                       (found.epoch && !found.epochs && RE2::PartialMatch(text, kPair, &a, &b)))) {
    found.step = number(a);
    found.steps = number(b);
  }
  if (!found.epoch && !found.step) return std::nullopt;
  found.epoch_done = found.epoch && !found.step && RE2::PartialMatch(text, kResult);
  return found;
}

void Progress::take(const ProgressLine& line, Time at, double epochs) {
  if (line.epoch) {
    if (*line.epoch == 0) from_zero_ = true;
    epoch_ = line.epoch;
  }
  if (line.step) step_ = line.step;
  const double within = line.step && line.steps.value_or(0) > 0
                            ? std::clamp(*line.step / *line.steps, 0.0, 1.0)
                            : (line.epoch_done ? 1.0 : 0.0);
  const double all = line.epochs.value_or(epochs);
  std::optional<double> now;
  if (epoch_ && all > 0) {
    // A bar of steps alone belongs to the epoch that was named last.
    now = (*epoch_ - (from_zero_ ? 0 : 1) + within) / all;
  } else if (line.steps) {
    now = within;
  }
  if (!now) return;
  const double fraction = std::clamp(*now, 0.0, 1.0);
  // A new pass over something else: the rate begins anew.
  if (!first_at_ || fraction < fraction_.value_or(0)) {
    first_at_ = at;
    first_fraction_ = fraction;
  }
  fraction_ = fraction;
  last_at_ = at;
}

std::optional<double> Progress::remaining_s(Time now) const {
  if (!fraction_ || !first_at_ || !last_at_) return std::nullopt;
  if (*fraction_ >= 1) return 0;
  const double gained = *fraction_ - first_fraction_;
  const double took = to_seconds(*last_at_) - to_seconds(*first_at_);
  if (gained <= 0 || took <= 0) return std::nullopt;
  const double left = (1 - *fraction_) / gained * took;
  return std::max(0.0, left - std::max(0.0, to_seconds(now) - to_seconds(*last_at_)));
}

json::object Progress::to_json() const {
  json::object out{{"first_fraction", first_fraction_}, {"from_zero", from_zero_}};
  if (fraction_) out["fraction"] = *fraction_;
  if (epoch_) out["epoch"] = *epoch_;
  if (step_) out["step"] = *step_;
  if (first_at_) out["first_at_ms"] = to_ms(*first_at_);
  if (last_at_) out["last_at_ms"] = to_ms(*last_at_);
  return out;
}

Progress Progress::from_json(const json::object& object) {
  const agent_protocol::JsonReader in(object);
  const auto real = [&](const char* name) -> std::optional<double> {
    const auto* value = object.if_contains(name);
    return value && value->is_number() ? std::optional(value->to_number<double>()) : std::nullopt;
  };
  Progress progress;
  progress.fraction_ = real("fraction");
  progress.epoch_ = real("epoch");
  progress.step_ = real("step");
  progress.first_fraction_ = real("first_fraction").value_or(0);
  progress.first_at_ = in.time_if("first_at_ms");
  progress.last_at_ = in.time_if("last_at_ms");
  progress.from_zero_ = in.has("from_zero") && in.boolean("from_zero");
  return progress;
}

double epochs_of(const json::object& request) {
  const auto* parameters = object_at(request, "HyperParameters");
  if (!parameters) return 0;
  for (const char* name : {"epochs", "num_epochs", "num_train_epochs", "max_epochs", "n_epochs"}) {
    std::string text = text_at(*parameters, name);
    std::erase(text, '"');
    const auto value = number(text);
    if (value && *value > 0) return *value;
  }
  return 0;
}

}  // namespace sagebrush::job
