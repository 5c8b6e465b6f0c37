#include "service/iam/policy.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "aws/aws_error.h"
#include "base/text.h"
#include "service/iam/wildcards.h"

namespace sagebrush::service::iam {
namespace {

namespace json = boost::json;

[[noreturn]] void malformed(const std::string& message) {
  throw aws::AwsError("MalformedPolicyDocument", 400, message);
}

const json::object& object_in(const json::value& value) {
  if (const auto* object = value.if_object()) return *object;
  malformed("Syntax errors in policy.");
}

std::string text_in(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  malformed("Syntax errors in policy.");
}

// A string, or a list of strings.
std::vector<std::string> texts_in(const json::value& value) {
  std::vector<std::string> texts;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) texts.push_back(text_in(item));
  } else {
    texts.push_back(text_in(value));
  }
  return texts;
}

void check_action(const std::string& action) {
  if (action != "*" && action.find(':') == std::string::npos) {
    malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
}

void read_principal(const json::value& value, PolicyStatement& statement) {
  if (const auto* text = value.if_string()) {
    if (*text != "*") malformed("Invalid principal in policy.");
    statement.aws_principals = {"*"};
    return;
  }
  for (const auto& entry : object_in(value)) {
    if (entry.key() == "AWS") {
      statement.aws_principals = texts_in(entry.value());
    } else if (entry.key() == "Service") {
      statement.service_principals = texts_in(entry.value());
    } else if (entry.key() != "Federated" && entry.key() != "CanonicalUser") {
      malformed("Invalid principal in policy: \"" + std::string(entry.key()) + "\"");
    }
  }
}

void check_kind(const json::object& statement, PolicyKind kind) {
  const bool principal = statement.contains("Principal");
  const bool resource = statement.contains("Resource") || statement.contains("NotResource");
  if (statement.contains("NotPrincipal"))
    malformed("NotPrincipal is not supported: name principals instead.");
  if (kind == PolicyKind::kTrust) {
    if (resource) malformed("Has prohibited field Resource");
    if (!principal) malformed("Missing required field Principal");
  } else {
    if (principal) malformed("Policy document should not specify a principal.");
    if (!resource) malformed("Policy statement must contain resources.");
  }
  if (!statement.contains("Action") && !statement.contains("NotAction")) {
    malformed("Policy statement must contain actions.");
  }
}

PolicyStatement read_statement(const json::object& source, PolicyKind kind) {
  constexpr std::array kKnown{"Sid",      "Effect",      "Action",    "NotAction",
                              "Resource", "NotResource", "Principal", "Condition"};
  check_kind(source, kind);
  PolicyStatement statement;
  for (const auto& entry : source) {
    if (std::ranges::find(kKnown, std::string_view(entry.key())) == kKnown.end()) {
      malformed("Syntax errors in policy.");
    }
  }
  const std::string effect = source.contains("Effect") ? text_in(source.at("Effect")) : "";
  if (effect != "Allow" && effect != "Deny") malformed("Invalid effect: " + effect);
  statement.allow = effect == "Allow";
  statement.all_actions_but = source.contains("NotAction");
  statement.actions = texts_in(source.at(statement.all_actions_but ? "NotAction" : "Action"));
  for (const std::string& action : statement.actions) check_action(action);
  if (kind == PolicyKind::kTrust) {
    read_principal(source.at("Principal"), statement);
    statement.resources = {"*"};
  } else {
    statement.all_resources_but = source.contains("NotResource");
    statement.resources =
        texts_in(source.at(statement.all_resources_but ? "NotResource" : "Resource"));
    for (const std::string& resource : statement.resources) {
      if (resource != "*" && !resource.starts_with("arn:")) {
        malformed("Resource " + resource + " must be in ARN format or \"*\".");
      }
    }
  }
  if (const auto* condition = source.if_contains("Condition")) {
    statement.conditions = object_in(*condition);
    for (const auto& operation : statement.conditions) object_in(operation.value());
  }
  return statement;
}

bool matches_action(const PolicyStatement& statement, const std::string& action) {
  const std::string lower = to_lower(action);
  const bool named = std::ranges::any_of(statement.actions, [&](const std::string& pattern) {
    return matches_wildcards(to_lower(pattern), lower);
  });
  return named != statement.all_actions_but;
}

bool matches_resource(const PolicyStatement& statement, const std::string& resource) {
  const bool named = std::ranges::any_of(statement.resources, [&](const std::string& pattern) {
    return matches_arn(pattern, resource);
  });
  return named != statement.all_resources_but;
}

// One operator with one key; nullopt when this server cannot tell.
std::optional<bool> judge(std::string_view operation, const std::vector<std::string>& wanted,
                          const std::vector<std::string>& present) {
  const bool equals = operation == "StringEquals" || operation == "ArnEquals";
  const bool like = operation == "StringLike" || operation == "ArnLike";
  const bool differs = operation == "StringNotEquals";
  if (!equals && !like && !differs) return std::nullopt;
  const bool found = std::ranges::any_of(present, [&](const std::string& value) {
    return std::ranges::any_of(wanted, [&](const std::string& pattern) {
      return like ? matches_wildcards(pattern, value) : pattern == value;
    });
  });
  return found != differs;
}

std::optional<bool> judge_conditions(const PolicyStatement& statement,
                                     const PolicyContext& context) {
  bool unknown = false;
  for (const auto& operation : statement.conditions) {
    for (const auto& key : operation.value().as_object()) {
      const auto present = context.find(std::string(key.key()));
      const bool text = key.value().is_string() || key.value().is_array();
      const auto verdict = present == context.end() || !text
                               ? std::nullopt
                               : judge(operation.key(), texts_in(key.value()), present->second);
      if (verdict == false) return false;
      if (!verdict) unknown = true;
    }
  }
  if (unknown) return std::nullopt;
  return true;
}

Decision decide_among(const std::vector<const PolicyStatement*>& statements,
                      const PolicyQuestion& question) {
  Decision decision = Decision::kImplicitDeny;
  for (const PolicyStatement* statement : statements) {
    if (!matches_action(*statement, question.action) ||
        !matches_resource(*statement, question.resource))
      continue;
    const auto holds = judge_conditions(*statement, question.context);
    if (!statement->allow && holds != false) return Decision::kExplicitDeny;
    if (statement->allow && holds == true) decision = Decision::kAllowed;
  }
  return decision;
}

// "arn:aws:sts::1:assumed-role/R/session" → "R"; "" for other principals.
std::string_view role_of_session(std::string_view arn) {
  constexpr std::string_view kMark = ":assumed-role/";
  const std::size_t mark = arn.find(kMark);
  if (mark == std::string_view::npos) return {};
  const std::string_view rest = arn.substr(mark + kMark.size());
  return rest.substr(0, rest.find('/'));
}

bool is_principal(const std::string& named, const store::Principal& principal) {
  if (named == "*" || named == principal.arn || named == principal.account) return true;
  const std::string account = "arn:aws:iam::" + principal.account + ":";
  if (named == account + "root") return true;
  const std::string_view role = role_of_session(principal.arn);
  return !role.empty() && named.starts_with(account + "role/") &&
         named.ends_with("/" + std::string(role));
}

}  // namespace

Policy parse_policy(std::string_view document, PolicyKind kind) {
  boost::system::error_code error;
  const json::value value = json::parse(document, error);
  if (error) malformed("This policy contains invalid Json");
  const json::object& root = object_in(value);
  for (const auto& entry : root) {
    if (entry.key() != "Version" && entry.key() != "Id" && entry.key() != "Statement") {
      malformed("Syntax errors in policy.");
    }
  }
  if (const auto* version = root.if_contains("Version")) {
    const std::string text = text_in(*version);
    if (text != "2012-10-17" && text != "2008-10-17") {
      malformed("Policy document must be version 2012-10-17 or greater.");
    }
  }
  const auto* statements = root.if_contains("Statement");
  if (statements == nullptr) malformed("Syntax errors in policy.");
  Policy policy;
  if (const auto* list = statements->if_array()) {
    for (const auto& item : *list)
      policy.statements.push_back(read_statement(object_in(item), kind));
  } else {
    policy.statements.push_back(read_statement(object_in(*statements), kind));
  }
  return policy;
}

Decision decide(const std::vector<Policy>& policies, const PolicyQuestion& question) {
  std::vector<const PolicyStatement*> statements;
  for (const Policy& policy : policies) {
    for (const PolicyStatement& statement : policy.statements) statements.push_back(&statement);
  }
  return decide_among(statements, question);
}

Decision decide_trust(const Policy& policy, const store::Principal& principal,
                      const PolicyQuestion& question) {
  std::vector<const PolicyStatement*> statements;
  for (const PolicyStatement& statement : policy.statements) {
    const bool meant = std::ranges::any_of(statement.aws_principals, [&](const std::string& named) {
      return is_principal(named, principal);
    });
    if (meant) statements.push_back(&statement);
  }
  return decide_among(statements, question);
}

}  // namespace sagebrush::service::iam
