#include "generated/ecr/describe_repositories.h"

#include "service/ecr/repository.h"

namespace sagebrush::service::ecr {

namespace {

constexpr std::int64_t kDefaultPage = 100;

}  // namespace

DescribeRepositoriesResponse describe_repositories(Call& call,
                                                   const DescribeRepositoriesRequest& request) {
  DescribeRepositoriesResponse response;
  std::vector<sagebrush::ecr::Repository> shown;
  if (const auto names = request.repositoryNames()) {
    for (const std::string& name : *names) {
      check_registry(call, request.registryId(), name);
      shown.push_back(show(call, value_of(call, call.house.images.find_repository(name), name)));
    }
    return response.set_repositories(std::move(shown));
  }
  const auto limit = static_cast<std::size_t>(request.maxResults().value_or(kDefaultPage));
  auto all =
      call.house.images.repositories(read_token(request.nextToken()), static_cast<int>(limit) + 1);
  if (const auto next = cut_page(all, std::nullopt, limit,
                                 [](const store::Repository& one) { return one.name; })) {
    response.set_nextToken(*next);
  }
  for (const store::Repository& repository : all) shown.push_back(show(call, repository));
  return response.set_repositories(std::move(shown));
}

}  // namespace sagebrush::service::ecr
