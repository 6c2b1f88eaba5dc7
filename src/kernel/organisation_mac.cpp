#include "atlas/organisation_mac.hpp"

#include "unit_of_work.hpp"

namespace atlas {
namespace {

/// One of the organisation's derived keys; wiped when it goes.
struct Derived {
  Derived(Context& cx, std::string_view purpose, std::string_view use, bool sealing) {
    auto own = cx.unit().kernel().vault->find(cx.unit().read(), cx.access().org_subject);
    if (!own) throw Error(ErrorCode::storage_corrupt, "the organisation's key is gone");
    key = hkdf(as_view(sealing ? own->seal : own->mac), cx.organisation().view(),
               "libatlas organisation " + std::string(purpose) + " 1\n" + std::string(use));
    wipe(own->mac.data(), own->mac.size());
    wipe(own->seal.data(), own->seal.size());
  }
  ~Derived() { wipe(key.data(), key.size()); }
  Derived(const Derived&) = delete;
  Key key{};
};

std::string bound_to(Context& cx, std::string_view place) {
  return std::string(cx.organisation().view()) + std::string(place);
}

}  // namespace

Hash organisation_mac(Context& cx, std::string_view use, std::string_view data) {
  const Derived derived(cx, "mac", use, false);
  return hmac_sha256(as_view(derived.key), data);
}

std::string organisation_seal(Context& cx, std::string_view use, std::string_view place,
                              std::string_view plain) {
  const Derived derived(cx, "seal", use, true);
  return seal(derived.key, plain, bound_to(cx, place), *cx.unit().kernel().options.entropy);
}

std::optional<std::string> organisation_unseal(Context& cx, std::string_view use, std::string_view place,
                                               std::string_view sealed) {
  const Derived derived(cx, "seal", use, true);
  return unseal(derived.key, sealed, bound_to(cx, place));
}

}  // namespace atlas
