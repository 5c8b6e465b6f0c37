#include <algorithm>

#include "base/text.h"
#include "base/wildcards.h"
#include "store/images_impl.h"

namespace sagebrush::store {
namespace {

constexpr const char* kColumns =
    "SELECT name, region, created_ms, immutable_tags, tag_exclusions, settings, lifecycle_policy, "
    "preview_policy, access_policy FROM image_repositories ";

std::vector<std::string> patterns_in(const std::string& lines) {
  std::vector<std::string> patterns;
  for (const std::string_view line : split(lines, '\n')) {
    if (!line.empty()) patterns.emplace_back(line);
  }
  return patterns;
}

struct RepositoryRow {
  Repository repository;
  long long created = 0;
  int immutable = 0;
  std::string exclusions;

  void bind(soci::statement& statement) {
    statement.exchange(soci::into(repository.name));
    statement.exchange(soci::into(repository.region));
    statement.exchange(soci::into(created));
    statement.exchange(soci::into(immutable));
    statement.exchange(soci::into(exclusions));
    statement.exchange(soci::into(repository.settings));
    statement.exchange(soci::into(repository.lifecycle_policy));
    statement.exchange(soci::into(repository.preview_policy));
    statement.exchange(soci::into(repository.access_policy));
  }
  const Repository& value() {
    repository.created = from_ms(created);
    repository.immutable_tags = immutable != 0;
    repository.tag_exclusions = patterns_in(exclusions);
    return repository;
  }
};

void insert_row(soci::session& session, const Repository& repository) {
  const long long created = to_ms(repository.created);
  const int immutable = repository.immutable_tags ? 1 : 0;
  std::string exclusions;
  for (const std::string& pattern : repository.tag_exclusions) exclusions += pattern + "\n";
  session << "INSERT INTO image_repositories (name, region, created_ms, immutable_tags, "
             "tag_exclusions, settings, lifecycle_policy, preview_policy, access_policy) VALUES "
             "(:name, :region, :created, :immutable, :exclusions, :settings, :lifecycle, :preview, "
             ":access)",
      soci::use(repository.name), soci::use(repository.region), soci::use(created),
      soci::use(immutable), soci::use(exclusions), soci::use(repository.settings),
      soci::use(repository.lifecycle_policy), soci::use(repository.preview_policy),
      soci::use(repository.access_policy);
}

void delete_row(soci::session& session, const std::string& name) {
  session << "DELETE FROM image_repositories WHERE name = :name", soci::use(name);
}

}  // namespace

bool is_tag_immutable(const Repository& repository, const std::string& tag) {
  const bool excluded = std::ranges::any_of(repository.tag_exclusions, [&](const auto& pattern) {
    return matches_wildcards(pattern, tag, Wildcards::kStars);
  });
  return repository.immutable_tags != excluded;
}

std::optional<Repository> find_repository_row(soci::session& session, const std::string& name) {
  RepositoryRow row;
  soci::statement statement(session);
  row.bind(statement);
  statement.exchange(soci::use(name));
  statement.alloc();
  statement.prepare(std::string(kColumns) + "WHERE name = :name");
  statement.define_and_bind();
  if (!statement.execute(true)) return std::nullopt;
  return row.value();
}

bool has_repository(soci::session& session, const std::string& name) {
  int one = 0;
  session << "SELECT 1 FROM image_repositories WHERE name = :name", soci::use(name),
      soci::into(one);
  return session.got_data();
}

ImageOutcome<Repository> Images::create_repository(const Repository& repository) {
  Repository made = repository;
  made.created = impl_->clock.now();
  return impl_->write<Repository>([&](soci::session& session) -> ImageOutcome<Repository> {
    if (has_repository(session, made.name)) return Impl::fault(ImageFault::kRepositoryExists);
    insert_row(session, made);
    return made;
  });
}

ImageOutcome<Repository> Images::find_repository(const std::string& name) {
  return impl_->read<Repository>([&](soci::session& session) -> ImageOutcome<Repository> {
    if (auto found = find_repository_row(session, name)) return std::move(*found);
    return Impl::fault(ImageFault::kNoSuchRepository);
  });
}

std::vector<Repository> Images::repositories(const std::string& after, int limit) {
  std::vector<Repository> all;
  impl_->database.read([&](soci::session& session) {
    RepositoryRow row;
    soci::statement statement(session);
    row.bind(statement);
    statement.exchange(soci::use(after));
    statement.exchange(soci::use(limit));
    statement.alloc();
    statement.prepare(std::string(kColumns) + "WHERE name > :after ORDER BY name LIMIT :limit");
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) all.push_back(row.value());
  });
  return all;
}

ImageOutcome<Repository> Images::delete_repository(const std::string& name, bool force) {
  return impl_->write<Repository>([&](soci::session& session) -> ImageOutcome<Repository> {
    auto found = find_repository_row(session, name);
    if (!found) return Impl::fault(ImageFault::kNoSuchRepository);
    int image = 0;
    session << "SELECT 1 FROM image_manifests WHERE repository = :name LIMIT 1", soci::use(name),
        soci::into(image);
    if (session.got_data() && !force) return Impl::fault(ImageFault::kRepositoryNotEmpty);
    for (const char* table : {"image_tags", "image_references", "image_manifests", "image_links"}) {
      session << std::string("DELETE FROM ") + table + " WHERE repository = :name", soci::use(name);
    }
    delete_row(session, name);
    return std::move(*found);
  });
}

ImageOutcome<Repository> Images::update_repository(const std::string& name,
                                                   const std::function<void(Repository&)>& change) {
  return impl_->write<Repository>([&](soci::session& session) -> ImageOutcome<Repository> {
    auto found = find_repository_row(session, name);
    if (!found) return Impl::fault(ImageFault::kNoSuchRepository);
    change(*found);
    delete_row(session, name);
    insert_row(session, *found);
    return std::move(*found);
  });
}

}  // namespace sagebrush::store
