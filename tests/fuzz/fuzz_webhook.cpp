// Any bytes as a delivery of a provider: every item is whole or refused with its reason, and within bounds.

#include <cstdint>
#include <set>
#include <string>

#include "atlas/provider_codes.hpp"
#include "atlas/text.hpp"
#include "atlas/webhook.hpp"
#include "check.hpp"

namespace {

using namespace atlas;

void check_text(const std::string& text, std::size_t limit) {
  ATLAS_FUZZ_CHECK(is_utf8(text));
  ATLAS_FUZZ_CHECK(text.size() <= limit);
  ATLAS_FUZZ_CHECK(text.find('\0') == std::string::npos && text.find('\x1b') == std::string::npos);
}

struct Check {
  void operator()(const InboundMessage& m) const {
    ATLAS_FUZZ_CHECK(!m.provider_id.empty() && !m.from.empty() && !m.type.empty());
    ATLAS_FUZZ_CHECK(m.channel_code == "CHAN_WHATSAPP" || m.channel_code == "CHAN_SMS");
    check_text(m.text, 20'000);
    for (const std::string* line : {&m.provider_id, &m.from, &m.to, &m.profile_name, &m.context_id,
                                    &m.reply_id, &m.provider_type, &m.latitude, &m.longitude}) {
      check_text(*line, 255);
      ATLAS_FUZZ_CHECK(line->find('\n') == std::string::npos);
    }
    ATLAS_FUZZ_CHECK(m.media.size() <= 32);
    for (const InboundMedia& media : m.media) ATLAS_FUZZ_CHECK(!media.reference.empty());
  }
  void operator()(const DeliveryReport& r) const {
    ATLAS_FUZZ_CHECK(!r.provider_id.empty());
    check_text(r.error_text, 200);
    check_text(r.token, 128);
    ATLAS_FUZZ_CHECK(r.error_code.empty() || r.state == DeliveryState::failed);
    if (!r.error_code.empty()) ATLAS_FUZZ_CHECK(!outcome_of_report("META", r.error_code).reason.empty());
  }
  void operator()(const PreferenceChange& p) const { ATLAS_FUZZ_CHECK(p.address.starts_with('+')); }
  void operator()(const AccountNotice& n) const { ATLAS_FUZZ_CHECK(!n.field.empty()); }
};

void check(const Delivery& d) {
  std::set<std::size_t> seen;
  ATLAS_FUZZ_CHECK(d.items.size() <= webhook_item_limit);
  ATLAS_FUZZ_CHECK(d.rejected.size() <= webhook_item_limit + 1);
  for (const WebhookItem& item : d.items) {
    ATLAS_FUZZ_CHECK(seen.insert(item.index).second);
    std::visit(Check{}, item.what);
  }
  for (const RejectedItem& r : d.rejected) {
    ATLAS_FUZZ_CHECK(seen.insert(r.index).second);
    ATLAS_FUZZ_CHECK(!r.reason.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check(parse_meta(body));
  const Delivery form = parse_twilio(body, body);
  ATLAS_FUZZ_CHECK(form.items.size() + form.rejected.size() == 1);
  check(form);
  check_text(sanitised(body), 200);
  for (const int status : {200, 400, 429, 500}) {
    const HttpAnswer answer{status, std::string(body), true, {}};
    for (const Outcome& o : {read_twilio_answer(answer), read_meta_answer(answer)}) {
      ATLAS_FUZZ_CHECK((o.kind == OutcomeKind::accepted) ==
                       (status == 200 && !o.provider_id.empty() && o.reason.empty()));
      ATLAS_FUZZ_CHECK(!o.retry_after_us || *o.retry_after_us >= 0);
    }
  }
  return 0;
}
