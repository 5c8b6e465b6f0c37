#include "generated/iam/list_attached_role_policies.h"

#include "service/call.h"
#include "service/iam/paging.h"
#include "store/identities.h"

namespace sagebrush::service::iam {

ListAttachedRolePoliciesResponse list_attached_role_policies(
    Call& call, const ListAttachedRolePoliciesRequest& request) {
  const Paging paging = read_paging(request.Marker(), request.MaxItems());
  const auto arn = [](const store::AttachedPolicy& policy) { return policy.arn; };
  std::vector<store::AttachedPolicy> policies =
      call.house.identities.attached_policies(request.RoleName());
  const std::string prefix = "arn:aws:iam::aws:policy" + request.PathPrefix().value_or("/");
  std::erase_if(policies, [&](const store::AttachedPolicy& policy) {
    return !policy.arn.starts_with(prefix);
  });
  skip_earlier(policies, paging, arn);
  ListAttachedRolePoliciesResponse response;
  finish_page(response, policies, paging, arn);
  std::vector<sagebrush::iam::AttachedPolicy> shown;
  for (const store::AttachedPolicy& policy : policies) {
    sagebrush::iam::AttachedPolicy entry;
    entry.set_PolicyName(policy.name).set_PolicyArn(policy.arn);
    shown.push_back(std::move(entry));
  }
  response.set_AttachedPolicies(std::move(shown));
  return response;
}

}  // namespace sagebrush::service::iam
