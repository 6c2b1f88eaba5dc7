#pragma once
// What a channel account must fulfil: pure.

#include <vector>

#include "atlas/channels.hpp"

namespace atlas::channels {

/// Every wrong field. `by_host`: the host may point any provider elsewhere (a proxy, a test).
void check_account(const ChannelAccount& account, bool by_host, std::vector<FieldError>& errors);

/// A name of the host's: letters, digits and `._:/-`, and none that looks like a sealed one.
void check_reference(std::string_view reference, const std::string& path, std::vector<FieldError>& errors);

inline constexpr std::string_view sealed_prefix = "sealed:";

}  // namespace atlas::channels
