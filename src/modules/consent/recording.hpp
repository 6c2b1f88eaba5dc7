#pragma once
// The parts of the consent room, for each other.

#include <optional>
#include <string>
#include <vector>

#include "account.hpp"
#include "atlas/consent_rules.hpp"
#include "atlas/registry.hpp"

namespace atlas::consents {

/// The party and dossier that the caller names must be within reach; who has not everything within reach
/// names one (`needed`). Throws invalid_argument.
void check_links(Context& cx, const std::optional<Uuid>& party, const std::optional<Uuid>& dossier,
                 bool needed);

/// May the caller know of this consent (nil: there is none yet)? It is theirs already, or the address is one
/// that the party lists or the dossier has which they name (and may see: check_links).
bool in_reach(Context& cx, const Uuid& consent, std::string_view address, const std::optional<Uuid>& party,
              const std::optional<Uuid>& dossier);

/// Wrong forms in an event that a caller brought: the hash of its evidence.
void check_evidence(const std::optional<ConsentEvidence>& evidence, std::vector<FieldError>& errors);

/// Adds the grant to the account, under the rules; throws consent_withdrawn where the person has said no.
/// Does not write the account.
ConsentEvent add_grant(Context& cx, Account& account, ConsentEvent given);

/// Adds a no and suppresses the address for the purpose. Does not write the account.
ConsentEvent add_no(Context& cx, Account& account, ConsentEvent no, std::string_view suppressed_purpose);

/// The answer; links that the caller may not see are left out.
Recorded recorded(Context& cx, const Account& account, const ConsentEvent& event);

/// Ends grants whose time is over, at most `limit`; says whether there are more.
struct Lapsed {
  std::int64_t count = 0;
  std::optional<Timestamp> next;
};
Lapsed lapse_due(Context& cx, std::size_t limit);

void register_recording(Registry& registry);
void register_objecting(Registry& registry);
void register_checking(Registry& registry);
void register_importing(Registry& registry);
void register_receipt(Registry& registry);
void register_facts(Registry& registry);

}  // namespace atlas::consents
