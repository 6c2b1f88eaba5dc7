#pragma once
// Does a message ask us to stop? Pure: no storage, no clock. Thread-safe.

#include <string_view>

namespace atlas {

/// What a message asks for. `ask_a_person`: a word that may mean "stop" or "fine, thanks" ("baraka", "safi"),
/// or a cancellation that may be of an appointment: somebody looks at it.
enum class OptOut { none, this_channel, every_channel, ask_a_person };

/// As tables and programs spell it: "none", "this_channel", "every_channel", "ask_a_person".
std::string_view to_string(OptOut verdict) noexcept;

/// Reads a message of a person: French, English, Arabic and Moroccan Arabic in both scripts, in any case,
/// with or without accents, with the misspellings that are common. An opt-out word counts when it is the
/// whole message, but for politeness, or begins a message of at most three words; a phrase ("ne me contactez
/// plus") counts within a message of at most 24 words; after a negation ("ne vous arrêtez pas") neither does.
/// Longer texts, texts over 2,000 bytes and bytes that are no UTF-8 are `none`. Never throws but for lack of
/// memory.
OptOut read_opt_out(std::string_view message);

}  // namespace atlas
