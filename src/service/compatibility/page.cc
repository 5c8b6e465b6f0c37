#include "service/compatibility/page.h"

#include "aws/registry.h"
#include "service/compatibility/member_effects.h"
#include "service/registry.h"

namespace sagebrush::service {
namespace {

std::string word_of(Effect effect) {
  switch (effect) {
    case Effect::kFull: return "works";
    case Effect::kKept: return "accepted, no effect yet";
    case Effect::kPart: return "in part";
    case Effect::kRefused: return "refused";
  }
  return "";
}

void add_operations(std::string& page) {
  page +=
      "## Operations\n\nEvery other operation of these services is known and answers that it is "
      "not implemented.\n\n";
  page += "| service | implemented | of | operations |\n| --- | --- | --- | --- |\n";
  for (const auto* row : aws::service_rows()) {
    const aws::Service service(row);
    std::string names;
    for (const auto& implementation : implementations(service)) {
      names += (names.empty() ? "" : ", ") + std::string(implementation.name);
    }
    page += "| " + std::string(service.id()) + " | " +
            std::to_string(implementations(service).size()) + " | " +
            std::to_string(service.operation_count()) + " | " + names + " |\n";
  }
}

void add_members(std::string& page) {
  page +=
      "\n## Members\n\nA member that a newer client sends and the model does not know is kept and "
      "given back.\n\n";
  page += "| operation | member | here | note |\n| --- | --- | --- | --- |\n";
  for (const auto& row : member_effects()) {
    page += "| " + std::string(row.operation) + " | " + std::string(row.member) + " | " +
            word_of(row.effect) + " | " + std::string(row.note) + " |\n";
  }
}

}  // namespace

std::string compatibility_page() {
  std::string page =
      "# Compatibility\n\n"
      "Made from the code (`src/service/compatibility/`); a test fails when this page says "
      "something else. To renew it:\n"
      "`SAGEBRUSH_WRITE_DOCS=1 ctest --preset release -R service_compatibility_test`.\n\n";
  add_operations(page);
  add_members(page);
  page += "\n## Differences from AWS\n\n";
  for (const auto difference : known_differences()) page += "- " + std::string(difference) + "\n";
  return page;
}

}  // namespace sagebrush::service
