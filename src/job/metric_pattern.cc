#include "job/metric_pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "job/image_table.h"
#include "job/literal_search.h"
#include "job/request_json.h"

namespace sagebrush::job {
namespace {

constexpr std::int64_t kMostMemory = 1 << 20;  // of one compiled regex
constexpr std::size_t kLongestNumber = 64;
constexpr std::size_t kLeastLiteral = 2;

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  options.set_never_nl(false);
  return options;
}

// As Python's float() in what users print: "0.5", "+1e-3", " 17". No infinities.
std::optional<double> number_in(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || at != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Where a bracketed class or a group that begins at `at` ends: the index after it.
std::size_t end_of_class(std::string_view regex, std::size_t at) {
  std::size_t i = at + 1;
  if (i < regex.size() && regex[i] == '^') ++i;
  if (i < regex.size() && regex[i] == ']') ++i;
  for (; i < regex.size(); ++i) {
    if (regex[i] == '\\') {
      ++i;
    } else if (regex[i] == '[' && i + 1 < regex.size() && regex[i + 1] == ':') {
      i = std::min(regex.find(":]", i + 2), regex.size() - 2) + 1;
    } else if (regex[i] == ']') {
      return i + 1;
    }
  }
  return regex.size();
}

std::size_t end_of_group(std::string_view regex, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i < regex.size();) {
    if (regex[i] == '\\') {
      i += 2;
    } else if (regex[i] == '[') {
      i = end_of_class(regex, i);
    } else {
      if (regex[i] == '(') ++depth;
      if (regex[i] == ')' && --depth == 0) return i + 1;
      ++i;
    }
  }
  return regex.size();
}

}  // namespace

std::vector<MetricDefinition> metric_definitions_of(const boost::json::object& request) {
  std::vector<MetricDefinition> all;
  const auto* algorithm = object_at(request, "AlgorithmSpecification");
  const auto* list = algorithm ? algorithm->if_contains("MetricDefinitions") : nullptr;
  if (!list || !list->is_array()) return all;
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) continue;
    all.push_back({text_at(item.get_object(), "Name"), text_at(item.get_object(), "Regex")});
  }
  return all;
}

const std::vector<MetricDefinition>& builtin_metric_definitions() {
  static const std::vector<MetricDefinition> all{
      {"train:loss", "epoch=[0-9]+ train_loss=([-+0-9.eE]+)"},
      {"train:accuracy", "epoch=[0-9]+ .*train_accuracy=([-+0-9.eE]+)"},
      {"validation:accuracy", "#quality_metric: .*validation accuracy=([-+0-9.eE]+)"},
      {"train:images_per_second", "epoch=[0-9]+ .*images_per_second=([-+0-9.eE]+)"}};
  return all;
}

void add_builtin_metrics(boost::json::object& request, const ImageTable& images) {
  auto* algorithm = request["AlgorithmSpecification"].if_object();
  if (!algorithm) return;
  std::string image = text_at(*algorithm, "TrainingImage");
  if (image.empty()) image = text_at(*algorithm, "AlgorithmName");
  if (images.find(image) != agent_protocol::ImageKind::kBuiltin) return;
  boost::json::array all;
  const auto own = metric_definitions_of(request);
  for (const auto& builtin : builtin_metric_definitions()) {
    const bool replaced =
        std::ranges::find(own, builtin.name, &MetricDefinition::name) != own.end();
    if (!replaced) all.push_back({{"Name", builtin.name}, {"Regex", builtin.regex}});
  }
  for (const auto& definition : own) {
    all.push_back({{"Name", definition.name}, {"Regex", definition.regex}});
  }
  (*algorithm)["MetricDefinitions"] = std::move(all);
}

// Only what stands outside of groups and alternatives counts; a character that may be left out or
// repeated ends the run.
std::string literal_of(std::string_view regex) {
  std::string best;
  std::string run;
  const auto end_run = [&] {
    if (run.size() > best.size()) best = run;
    run.clear();
  };
  for (std::size_t i = 0; i < regex.size();) {
    const char c = regex[i];
    char literal = c;
    std::size_t next = i + 1;
    bool plain = true;
    if (c == '|') return "";
    if (c == '(') {
      if (regex.substr(i).starts_with("(?") && !regex.substr(i).starts_with("(?:") &&
          !regex.substr(i).starts_with("(?P<")) {
        return "";  // flags change what follows
      }
      next = end_of_group(regex, i);
      plain = false;
    } else if (c == '[') {
      next = end_of_class(regex, i);
      plain = false;
    } else if (c == '\\') {
      if (i + 1 >= regex.size()) return "";
      literal = regex[i + 1];
      next = i + 2;
      plain = std::ispunct(static_cast<unsigned char>(literal)) != 0;
      // \x41, \pL, \Q…\E and octals are more than one character: give up.
      if (!plain && std::string_view("xpPQE01234567").contains(literal)) return "";
    } else if (std::string_view(".^$").contains(c)) {
      plain = false;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      plain = true;  // a byte of a character that may be repeated: see below
    }
    const char after = next < regex.size() ? regex[next] : '\0';
    const bool repeated = after == '*' || after == '+' || after == '?' || after == '{';
    if (repeated && plain && static_cast<unsigned char>(literal) >= 0x80) return "";
    if (plain && !repeated) {
      run += literal;
    } else {
      if (plain && after == '+') run += literal;
      end_run();
    }
    i = next;
    if (!repeated) continue;
    if (after == '{') {
      const std::size_t end = regex.find('}', i);
      if (end == std::string_view::npos) return "";
      i = end + 1;
    } else {
      ++i;
    }
    while (i < regex.size() && std::string_view("?+*").contains(regex[i])) ++i;
  }
  end_run();
  return best;
}

struct MetricPatterns::Impl {
  struct One {
    std::string name;
    std::string literal;
    std::unique_ptr<RE2> regex;
  };
  std::vector<One> all;
  std::optional<LiteralSearch> literals;  // absent when some definition has none
};

MetricPatterns::MetricPatterns(const std::vector<MetricDefinition>& definitions)
    : impl_(std::make_unique<Impl>()) {
  std::vector<std::string> literals;
  bool all_have = true;
  for (const auto& definition : definitions) {
    auto regex = std::make_unique<RE2>(definition.regex, options());
    if (!regex->ok()) {
      throw Error(ErrorKind::kInvalid, "the Regex '" + definition.regex + "' of metric '" +
                                           definition.name + "' can't be used: " + regex->error() +
                                           " (the syntax is RE2's, which has no look-around and "
                                           "no back-references)");
    }
    std::string literal = literal_of(definition.regex);
    if (literal.size() < kLeastLiteral) literal.clear();
    all_have = all_have && !literal.empty();
    literals.push_back(literal);
    impl_->all.push_back({definition.name, std::move(literal), std::move(regex)});
  }
  if (all_have && literals.size() > 1) impl_->literals.emplace(std::move(literals));
}

MetricPatterns::~MetricPatterns() = default;
MetricPatterns::MetricPatterns(MetricPatterns&&) noexcept = default;

bool MetricPatterns::empty() const {
  return impl_->all.empty();
}

void MetricPatterns::find(std::string_view line, const Found& found) const {
  const re2::StringPiece text(line.data(), line.size());
  if (impl_->literals && !impl_->literals->any_in(line)) return;
  for (const auto& one : impl_->all) {
    if (!one.literal.empty() && !line.contains(one.literal)) continue;
    re2::StringPiece parts[2];
    const int wanted = one.regex->NumberOfCapturingGroups() > 0 ? 2 : 1;
    if (!one.regex->Match(text, 0, text.size(), RE2::UNANCHORED, parts, wanted)) continue;
    const auto& part = parts[wanted - 1];
    if (part.data() == nullptr || part.size() > kLongestNumber) continue;
    if (const auto value = number_in({part.data(), part.size()})) found(one.name, *value);
  }
}

}  // namespace sagebrush::job
