#pragma once
// The forms of one URL that a provider may have signed; private to the room.

#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// The URL as given first; then with and without its port, each with the query as it stands, as a URL parser
/// escapes it, with its quotes bare, and as form encoding writes it anew. Distinct, at most 16. Text that is
/// no URL gives itself alone.
std::vector<std::string> signed_url_forms(std::string_view url);

}  // namespace atlas
