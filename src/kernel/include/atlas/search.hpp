#pragma once
// Full text: the records of one entity whose searchable fields hold every word of a query.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/page.hpp"

namespace atlas {

/// `query`: at most 16 words, as people write them; every one must be in the record, the last one as a
/// beginning unless a space follows it. `where`: as in ListInput, no index needed. Newest first. A page may
/// be shorter than `limit`, even empty, while `next` is there.
struct SearchInput {
  std::string query;
  std::string where = "{}";
  std::int64_t limit = 20;
  std::optional<std::string> after;
  bool archived = false;
};
template <>
struct Describe<SearchInput> {
  static constexpr std::string_view name = "search";
  static constexpr std::array fields{field<&SearchInput::query>("query", line(1, 500), required),
                                     field<&SearchInput::where>("where", json_object(256 * 1024)),
                                     field<&SearchInput::limit>("limit", range(1, 100)),
                                     field<&SearchInput::after>("after", text(1, 4096)),
                                     field<&SearchInput::archived>("archived")};
};

/// The type-erased core of search(). `extra` narrows what is found; `append` gives room for the next item.
/// Returns `next`.
std::optional<std::string> search_text(Context& cx, const EntityInfo& info, const SearchInput& input,
                                       Predicate extra, bool scoped, FunctionRef<void*()> append);

/// Records of T within the operation's scope, or all of the organisation when not `scoped`.
template <class T>
Page<T> search(Context& cx, const SearchInput& input, Predicate extra = {}, bool scoped = true) {
  Page<T> page;
  page.next = search_text(cx, cx.registry_entity(schema_of<T>()), input, std::move(extra), scoped,
                          [&]() -> void* { return &page.items.emplace_back(); });
  return page;
}

}  // namespace atlas
