#pragma once
// Requests that a world makes more than once.

#include <string>

#include "atlas/consent.hpp"

namespace atlas::simulation::post {

inline ConsentEvidence proof() {
  return {"web_form", "https://agence.example/contact#42", std::string(64, 'e')};
}

/// A person's yes, with its proof.
inline consents::Grant grant_of(const std::string& channel, const std::string& address,
                                const std::string& purpose) {
  consents::Grant in;
  in.channel_code = channel;
  in.address = address;
  in.purpose_code = purpose;
  in.source_code = "CONSENT_SRC_FORM";
  in.wording = "J'accepte d'être contacté";
  in.wording_version = "2026-10";
  in.language = "fr";
  in.evidence = proof();
  return in;
}

}  // namespace atlas::simulation::post
