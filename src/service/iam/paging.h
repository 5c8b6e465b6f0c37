#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/identity.h"

namespace sagebrush::service::iam {

// A list operation's Marker and MaxItems. A marker stands for the name of the last item of the page
// before.
struct Paging {
  std::string after;
  std::size_t limit = 100;

  // One more than the page takes, to see whether there is more.
  store::IdentityQuery query(const std::optional<std::string>& path_prefix) const {
    return {.path_prefix = path_prefix.value_or("/"),
            .after = after,
            .limit = static_cast<int>(limit) + 1};
  }
};

// Throws AwsError{ValidationError} on a marker that is not ours.
Paging read_paging(const std::optional<std::string>& marker, std::optional<std::int64_t> max_items);
std::string make_marker(const std::string& last_name);

// Cuts what does not fit off `items`, which begin after the marker, and says so in the response.
template <class Response, class Item, class Name>
void finish_page(Response& response, std::vector<Item>& items, const Paging& paging, Name name) {
  const bool more = items.size() > paging.limit;
  response.set_IsTruncated(more);
  if (!more) return;
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(paging.limit), items.end());
  response.set_Marker(make_marker(name(items.back())));
}

// Drops the items, in order of name, that earlier pages had.
template <class Item, class Name>
void skip_earlier(std::vector<Item>& items, const Paging& paging, Name name) {
  std::erase_if(
      items, [&](const Item& item) { return !paging.after.empty() && name(item) <= paging.after; });
}

}  // namespace sagebrush::service::iam
