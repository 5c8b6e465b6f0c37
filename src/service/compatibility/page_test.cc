#include "service/compatibility/page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "aws/registry.h"
#include "base/file.h"
#include "service/compatibility/member_effects.h"

namespace sagebrush::service {
namespace {

const std::filesystem::path kPage = SAGEBRUSH_SOURCE_DIR "/docs/compatibility.md";

TEST(CompatibilityPage, SaysWhatTheCodeSays) {
  if (std::getenv("SAGEBRUSH_WRITE_DOCS")) write_file_atomically(kPage, compatibility_page());
  EXPECT_EQ(read_file(kPage), compatibility_page()) << "renew it as its first lines say";
}

TEST(MemberEffects, CoverEveryMemberOfCreateTrainingJob) {
  std::set<std::string_view> told;
  for (const auto& row : member_effects()) {
    if (row.operation == "CreateTrainingJob") told.insert(row.member);
  }
  const auto operation = aws::find_service("sagemaker")->find_operation("CreateTrainingJob");
  for (const auto member : operation->input()->members()) {
    EXPECT_TRUE(told.contains(member.name())) << member.name();
  }
}

TEST(MemberEffects, NameMembersThatExist) {
  for (const auto& row : member_effects()) {
    std::optional<aws::Operation> operation;
    for (const auto* service : aws::service_rows()) {
      if (!operation) operation = aws::Service(service).find_operation(row.operation);
    }
    ASSERT_TRUE(operation) << row.operation;
    const auto top = row.member.substr(0, row.member.find('.'));
    EXPECT_TRUE(operation->input()->find_member(top)) << row.operation << " " << row.member;
  }
}

}  // namespace
}  // namespace sagebrush::service
