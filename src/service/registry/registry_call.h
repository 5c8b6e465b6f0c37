#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"
#include "service/house.h"
#include "service/registry/registry_error.h"
#include "service/registry/registry_path.h"
#include "store/images.h"

namespace sagebrush::service::registry {

// One admitted request, on its way to the function that answers it.
struct RegistryCall {
  House& house;
  std::shared_ptr<const http::Request> request;
  RegistryPath path;
  std::map<std::string, std::string> query;  // decoded

  std::string query_value(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
  }
  // The value, or the problem thrown in the registry's words.
  template <typename T>
  T value_of(store::ImageOutcome<T> outcome) const {
    if (outcome) return std::move(*outcome);
    fail(outcome.error());
  }
  void check(const store::ImageOutcome<void>& outcome) const {
    if (!outcome) fail(outcome.error());
  }
  [[noreturn]] void fail(const store::ImageProblem& problem) const {
    throw_problem(problem, house.account, path.name, path.reference);
  }
};

using Answer = std::variant<http::Response, std::unique_ptr<http::Receiver>>;

// Each throws RegistryError. blob.cc, uploads.cc, manifest.cc, lists.cc
http::Response read_blob(const RegistryCall& call);  // GET, HEAD
http::Response delete_blob(const RegistryCall& call);
Answer begin_upload(const RegistryCall& call);     // POST
Answer continue_upload(const RegistryCall& call);  // PATCH
Answer finish_upload(const RegistryCall& call);    // PUT
http::Response upload_status(const RegistryCall& call);
http::Response cancel_upload(const RegistryCall& call);
http::Response read_manifest(const RegistryCall& call);  // GET, HEAD
Answer begin_manifest(const RegistryCall& call);         // PUT
http::Response delete_manifest(const RegistryCall& call);
http::Response list_repositories(const RegistryCall& call);
http::Response list_tags(const RegistryCall& call);
http::Response list_referrers(const RegistryCall& call);

http::Response json_response(int status, std::string body,
                             const std::string& type = "application/json");

}  // namespace sagebrush::service::registry
