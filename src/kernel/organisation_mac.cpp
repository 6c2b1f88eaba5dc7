#include "atlas/organisation_mac.hpp"

#include "unit_of_work.hpp"

namespace atlas {

Hash organisation_mac(Context& cx, std::string_view use, std::string_view data) {
  auto key = cx.unit().kernel().vault->find(cx.unit().read(), cx.access().org_subject);
  if (!key) throw Error(ErrorCode::storage_corrupt, "the organisation's key is gone");
  Key derived =
      hkdf(as_view(key->mac), cx.organisation().view(), "libatlas organisation mac 1\n" + std::string(use));
  const Hash mac = hmac_sha256(as_view(derived), data);
  wipe(derived.data(), derived.size());
  wipe(key->mac.data(), key->mac.size());
  wipe(key->seal.data(), key->seal.size());
  return mac;
}

}  // namespace atlas
