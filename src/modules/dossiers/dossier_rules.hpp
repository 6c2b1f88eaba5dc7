#pragma once
// What makes two dossiers one: pure rules.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/dossiers.hpp"
#include "atlas/registry.hpp"

namespace atlas::dossiers {

/// Registered numbers of match-key rules; never reused.
inline constexpr std::int64_t match_phone = 1;
inline constexpr std::int64_t match_email = 2;

MatchKey phone_key(std::string_view e164);
MatchKey email_key(std::string_view folded);

/// The keys by which a dossier is found: its E.164 phone and its folded e-mail.
void match_keys(const Dossier& dossier, const Normaliser& normaliser, std::vector<MatchKey>& out);

/// Same listing, or absent on either side.
bool listings_agree(const std::optional<Uuid>& a, const std::optional<Uuid>& b);

/// Its workflow has not ended, and it is not archived.
bool is_open(Context& cx, const Dossier& dossier);

/// More dossiers than this under one phone, with different names, make it no key (a switchboard, a
/// concierge).
inline constexpr std::size_t shared_phone_limit = 5;

/// Fills what `to` lacks from `from`; overwrites nothing. True when something was filled.
bool fill_absent(const Dossier& from, Dossier& to);

}  // namespace atlas::dossiers
