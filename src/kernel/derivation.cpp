#include "atlas/derivation.hpp"

#include "atlas/phone.hpp"
#include "atlas/text.hpp"

namespace atlas {

std::span<const Normaliser> normalisers() noexcept {
  static constexpr Normaliser known[] = {{1, &fold, &fold_email, &words}};
  return known;
}

std::string derivation_stamp(const Normaliser& normaliser) {
  return std::to_string(normaliser.version) + "/" + text_versions().unicode + "/" + phone_metadata_version();
}

}  // namespace atlas
