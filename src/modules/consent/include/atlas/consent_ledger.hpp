#pragma once
// The ledger as rooms above read it: everything that surrounds one address, channel and purpose.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/consent_rules.hpp"

namespace atlas {

class Context;

namespace consents {

/// What is recorded, whatever the caller's scope. `facts` points into it.
struct Ledger {
  std::optional<Consent> consent;
  std::vector<ConsentEvent> events;  ///< where they were asked for, or the consent's row does not do without
  std::vector<Suppression> suppressions;
  std::vector<Objection> objections;  ///< in force
  Facts facts() const;
};

/// Reads it. `address` in normal form; `party_id`: another one whose objections count.
enum class Events : std::uint8_t { if_needed, always };
Ledger ledger_of(Context& cx, std::string_view channel_code, const std::string& address,
                 std::string_view purpose_code, const std::optional<Uuid>& party_id,
                 Events events = Events::if_needed);

/// Holds the addresses to the end of the transaction: who records about them comes after us.
void hold_addresses(Context& cx, const std::vector<std::string>& addresses);

/// Has what is kept of objections and calendars be read anew: gives the organisation another contact_stamp.
/// `action`: what the audit calls it.
void contacts_changed(Context& cx, std::string_view action);

/// In normal form, national numbers read in `region` (default: the organisation's country); throws
/// invalid_argument at /address.
std::string normal_form(Context& cx, std::string_view channel_code, std::string_view raw,
                        const std::optional<std::string>& region);

/// May the caller know of it: everything, a record of their own, or an address of the party or dossier that
/// they name and may see?
bool may_ask(Context& cx, std::string_view channel_code, const std::string& address,
             std::string_view purpose_code, const std::optional<Uuid>& party_id,
             const std::optional<Uuid>& dossier_id);

}  // namespace consents
}  // namespace atlas
