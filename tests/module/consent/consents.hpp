#pragma once
// What the tests of consents share.

#include <string>

#include "atlas/consent.hpp"
#include "world.hpp"

namespace atlas::testing {

inline consents::Grant grant_of(const std::string& address, const std::string& channel = "CHAN_SMS",
                                const std::string& purpose = "CONSENT_CONTACT") {
  return {.channel_code = channel,
          .address = address,
          .purpose_code = purpose,
          .source_code = "CONSENT_SRC_FORM",
          .wording = "J'accepte d'être contacté",
          .wording_version = "2026-10",
          .language = "fr",
          .evidence = ConsentEvidence{"web_form", "https://agence.example/contact#42", std::string(64, 'e')}};
}

inline consents::Request request_of(const std::string& address, const std::string& channel = "CHAN_SMS",
                                    const std::string& purpose = "CONSENT_CONTACT") {
  return {.channel_code = channel,
          .address = address,
          .purpose_code = purpose,
          .wording = "J'accepte d'être contacté",
          .wording_version = "2026-10",
          .language = "fr",
          .evidence = ConsentEvidence{"web_form", "https://agence.example/contact#42", std::string(64, 'e')}};
}

inline consents::Checked ask(Session& s, const std::string& address, const std::string& channel = "CHAN_SMS",
                             const std::string& purpose = "CONSENT_CONTACT") {
  return s.call(consents::check, {.channel_code = channel, .address = address, .purpose_code = purpose});
}

}  // namespace atlas::testing
