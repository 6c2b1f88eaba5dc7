#include "atlas/organisation_mac.hpp"

#include <cstring>

#include "unit_of_work.hpp"

namespace atlas {
namespace {

/// The organisation's own key; wiped when it goes.
struct Own {
  explicit Own(Context& cx) {
    auto found = cx.unit().kernel().vault->find(cx.unit().read(), cx.access().org_subject);
    if (!found) throw Error(ErrorCode::storage_corrupt, "the organisation's key is gone");
    key = *found;
    wipe(found->mac.data(), found->mac.size());
    wipe(found->seal.data(), found->seal.size());
  }
  ~Own() {
    wipe(key.mac.data(), key.mac.size());
    wipe(key.seal.data(), key.seal.size());
  }
  Own(const Own&) = delete;
  SubjectKey key;
};

/// One that is derived from it; wiped as well.
struct Derived {
  Derived(const Uuid& organisation, const Key& from, std::string_view purpose, std::string_view use)
      : key(hkdf(as_view(from), organisation.view(),
                 "libatlas organisation " + std::string(purpose) + " 1\n" + std::string(use))) {}
  ~Derived() { wipe(key.data(), key.size()); }
  Derived(const Derived&) = delete;
  Key key{};
};

/// Asked for at every message: made once, for as long as the organisation's own key is the same.
std::shared_ptr<const Derived> mac_key(Context& cx, std::string_view use) {
  const Own own(cx);
  std::int64_t stamp = 0;
  std::memcpy(&stamp, own.key.mac.data(), sizeof stamp);
  return std::static_pointer_cast<const Derived>(
      cx.kept("mac " + std::string(use), stamp, [&]() -> std::shared_ptr<void> {
        return std::make_shared<Derived>(cx.organisation(), own.key.mac, "mac", use);
      }));
}

Derived seal_key(Context& cx, std::string_view use) {
  const Own own(cx);
  return Derived(cx.organisation(), own.key.seal, "seal", use);
}

std::string bound_to(Context& cx, std::string_view place) {
  return std::string(cx.organisation().view()) + std::string(place);
}

}  // namespace

Hash organisation_mac(Context& cx, std::string_view use, std::string_view data) {
  return hmac_sha256(as_view(mac_key(cx, use)->key), data);
}

std::string organisation_seal(Context& cx, std::string_view use, std::string_view place,
                              std::string_view plain) {
  const Derived derived = seal_key(cx, use);
  return seal(derived.key, plain, bound_to(cx, place), *cx.unit().kernel().options.entropy);
}

std::optional<std::string> organisation_unseal(Context& cx, std::string_view use, std::string_view place,
                                               std::string_view sealed) {
  const Derived derived = seal_key(cx, use);
  return unseal(derived.key, sealed, bound_to(cx, place));
}

}  // namespace atlas
