#include "channel_secrets.hpp"

#include <array>
#include <charconv>
#include <memory>

#include "atlas/context.hpp"
#include "atlas/crypto.hpp"
#include "atlas/organisation_mac.hpp"
#include "channel_rules.hpp"

namespace atlas::channels {
namespace {

constexpr std::string_view use = "channel secret";

std::string place_of(const ChannelAccount& account, std::string_view slot) {
  return std::string(account.id.view()) + std::string(slot);
}

std::optional<ChannelSecret> row_of(Context& cx, const ChannelAccount& account, std::string_view slot) {
  auto all = cx.all<ChannelSecret>();
  auto found = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("account_id"), Value::id(account.id)),
                                   Predicate::equals(all.column("slot"), Value::text(slot))}),
       .key = "by_account",
       .limit = 1,
       .lock = RowLock::update});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

/// "" takes away what is sealed there.
void keep_sealed(Context& cx, const ChannelAccount& account, std::string_view slot, std::string sealed) {
  auto all = cx.all<ChannelSecret>();
  if (const auto before = row_of(cx, account, slot)) {
    ChannelSecret after = *before;
    after.sealed = std::move(sealed);
    all.save(*before, after);
  } else if (!sealed.empty()) {
    ChannelSecret row;
    row.account_id = account.id;
    row.slot = slot;
    row.sealed = std::move(sealed);
    all.insert(row);
  }
}

std::string sealed_mark(Context& cx) {
  std::array<std::uint8_t, 4> random{};
  cx.random(random);
  return std::string(sealed_prefix) + hex({reinterpret_cast<const char*>(random.data()), random.size()});
}

std::optional<Secret> open_sealed(Context& cx, const ChannelAccount& account, std::string_view slot) {
  const auto row = row_of(cx, account, slot);
  const auto sealed = row ? unbase64(row->sealed) : std::nullopt;
  if (!sealed || sealed->empty()) return std::nullopt;
  auto plain = organisation_unseal(cx, use, place_of(account, slot), *sealed);
  if (!plain) return std::nullopt;
  return Secret(std::move(*plain));
}

}  // namespace

std::optional<std::string>& slot_of(SecretRefs& refs, std::string_view slot) {
  if (slot == "send") return refs.send;
  if (slot == "signing") return refs.signing;
  if (slot == "signing_previous") return refs.signing_previous;
  return refs.verify_token;
}

void put_secret(Context& cx, ChannelAccount& account, std::string_view slot,
                const std::optional<std::string>& value, const std::optional<std::string>& ref) {
  keep_sealed(cx, account, slot,
              value ? base64(organisation_seal(cx, use, place_of(account, slot), *value)) : std::string());
  slot_of(account.secret_refs, slot) = value ? std::optional(sealed_mark(cx)) : ref;
}

void move_secret(Context& cx, ChannelAccount& account, std::string_view from, std::string_view to) {
  std::optional<std::string> reference = slot_of(account.secret_refs, from);
  std::string sealed;
  if (reference && reference->starts_with(sealed_prefix)) {
    // Sealed for its place, so sealed anew.
    if (const auto plain = open_sealed(cx, account, from))
      sealed = base64(organisation_seal(cx, use, place_of(account, to), plain->view()));
  }
  keep_sealed(cx, account, to, std::move(sealed));
  keep_sealed(cx, account, from, "");
  slot_of(account.secret_refs, to) = std::move(reference);
  slot_of(account.secret_refs, from).reset();
}

std::optional<StoredSecret> find_secret(Context& cx, const ChannelAccount& account, std::string_view slot) {
  const auto& reference = slot_of(const_cast<SecretRefs&>(account.secret_refs), slot);
  if (!reference) return std::nullopt;
  StoredSecret out;
  if (!reference->starts_with(sealed_prefix)) {
    // Under its own organisation's name only: no tenant can point at another's.
    out.reference = format_uuid(cx.organisation()) + "/" + *reference;
    return out;
  }
  // Every request of a provider's asks. Whatever is put there makes a version of its own, with a mark of its
  // own, so what was opened under both is still what is there; it is wiped when another takes its place.
  std::int64_t mark = 0;
  const std::string_view told = std::string_view(*reference).substr(sealed_prefix.size());
  std::from_chars(told.data(), told.data() + told.size(), mark, 16);
  const auto kept = std::static_pointer_cast<const std::optional<Secret>>(
      cx.kept("channel secret " + std::string(slot) + std::string(account.id.view()),
              mark << 31 ^ account.version, [&]() -> std::shared_ptr<void> {
                return std::make_shared<std::optional<Secret>>(open_sealed(cx, account, slot));
              }));
  if (!*kept) return std::nullopt;
  out.text = (*kept)->copy();
  return out;
}

std::optional<Secret> reveal(const StoredSecret& stored, Secrets* host) {
  std::optional<Secret> secret;
  if (stored.reference.empty())
    secret = stored.text.copy();
  else if (host)
    secret = host->secret(stored.reference);
  if (secret && secret->empty()) secret.reset();
  return secret;
}

}  // namespace atlas::channels
