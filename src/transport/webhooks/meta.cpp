#include <array>
#include <functional>

#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "atlas/transport.hpp"
#include "meta_contents.hpp"

namespace atlas {
namespace {

using meta::line;
using meta::member;
using meta::Object;

constexpr std::array<std::pair<std::string_view, DeliveryState>, 7> states{
    {{"accepted", DeliveryState::queued},
     {"held_for_quality_assessment", DeliveryState::queued},
     {"sent", DeliveryState::sent},
     {"delivered", DeliveryState::delivered},
     {"read", DeliveryState::read},
     {"played", DeliveryState::read},
     {"failed", DeliveryState::failed}}};

/// Where an item stands: what its siblings have in common.
struct Place {
  std::string business_id;
  std::string number_id;
  const Object* contacts = nullptr;
};

/// The name that goes with the sender; of a lone contact also when the provider writes the number otherwise.
std::string profile_name(const Place& place, std::string_view from) {
  if (place.contacts == nullptr || !place.contacts->is_array()) return {};
  const Object& contacts = *place.contacts;
  for (std::size_t i = 0; i < contacts.size() && i < webhook_item_limit; ++i) {
    if (contacts.size() == 1 || line(contacts[i], "wa_id") == from)
      return line(member(contacts[i], "profile"), "name");
  }
  return {};
}

std::string read_message(const Object& value, const Place& place, WebhookItem& item) {
  if (!value.is_object()) return "wrong_type";
  InboundMessage m;
  m.provider_id = line(value, "id");
  if (!is_provider_id(m.provider_id)) return "missing_id";
  std::string from = line(value, "from");
  m.from = meta::e164(from);
  if (m.from.empty()) m.from = from = line(value, "from_user_id");  // a person without a number in sight
  if (m.from.empty()) return "missing_sender";
  m.channel_code = "CHAN_WHATSAPP";
  m.to = place.number_id;
  m.business_id = place.business_id;
  m.profile_name = profile_name(place, from);
  m.at = meta::seconds(value, "timestamp");
  meta::read_contents(value, m);
  item.what = std::move(m);
  return {};
}

/// The first error of a list: its code as text, and its words.
void read_error(const Object& errors, DeliveryReport& r) {
  if (!errors.is_array() || errors.empty()) return;
  const Object& error = errors.front();
  const Object& code = member(error, "code");
  if (code.is_number_integer()) r.error_code = code.dump();
  std::string words = line(member(error, "error_data"), "details", 1'000);
  for (const char* name : {"message", "title"}) {
    if (words.empty()) words = line(error, name, 1'000);
  }
  r.error_text = sanitised(words);
}

std::string read_status(const Object& value, const Place& place, WebhookItem& item) {
  if (!value.is_object()) return "wrong_type";
  DeliveryReport r;
  r.provider_id = line(value, "id");
  if (!is_provider_id(r.provider_id)) return "missing_id";
  r.provider_state = line(value, "status", 64);
  if (r.provider_state.empty()) return "missing_status";
  bool known = false;
  for (const auto& [word, state] : states) {
    if (word != r.provider_state) continue;
    r.state = state;
    known = true;
  }
  if (!known) return "unknown_status";
  r.token = line(value, "biz_opaque_callback_data", 128);
  r.to = meta::e164(line(value, "recipient_id"));
  r.business_id = place.business_id;
  r.at = meta::seconds(value, "timestamp");
  if (r.state == DeliveryState::failed) read_error(member(value, "errors"), r);
  item.what = std::move(r);
  return {};
}

std::string read_preference(const Object& value, const Place& place, WebhookItem& item) {
  if (!value.is_object()) return "wrong_type";
  PreferenceChange p;
  p.address = meta::e164(line(value, "wa_id"));
  if (p.address.empty()) return "missing_sender";
  p.category = line(value, "category");
  const std::string word = line(value, "value");
  if (word != "stop" && word != "resume") return "unknown_status";
  p.stopped = word == "stop";
  p.at = meta::seconds(value, "timestamp");
  p.business_id = place.business_id;
  item.what = std::move(p);
  return {};
}

AccountNotice read_notice(const Object& value, const Place& place, std::string field) {
  AccountNotice n;
  n.business_id = place.business_id;
  n.field = std::move(field);
  for (const char* name : {"event", "alert_type", "new_quality_score", "new_category", "decision"}) {
    if (n.event.empty()) n.event = line(value, name);
  }
  for (const char* name : {"message_template_name", "display_phone_number", "current_limit"}) {
    if (n.subject.empty()) n.subject = line(value, name);
  }
  return n;
}

class Reader {
 public:
  Delivery read(const Object& document) {
    const Object& entries = member(document, "entry");
    if (!entries.is_array()) {
      reject("not_an_envelope");
      return std::move(delivery_);
    }
    for (const Object& entry : entries) {
      const Object& changes = member(entry, "changes");
      if (!changes.is_array()) {
        reject("wrong_type");
      } else {
        for (const Object& change : changes) read_change(change, line(entry, "id"));
      }
      if (full()) break;
    }
    return std::move(delivery_);
  }

 private:
  using ReadItem = std::string (*)(const Object&, const Place&, WebhookItem&);

  void read_change(const Object& change, std::string business_id) {
    if (full()) return;
    const Object& value = member(change, "value");
    std::string field = line(change, "field");
    if (!value.is_object() || field.empty()) return reject("wrong_type");
    Place place{std::move(business_id), line(member(value, "metadata"), "phone_number_id"),
                &member(value, "contacts")};
    if (field == "messages") {
      read_each(value, "messages", place, read_message);
      read_each(value, "statuses", place, read_status);
      read_errors(member(value, "errors"), place);
    } else if (field == "user_preferences") {
      read_each(value, "user_preferences", place, read_preference);
    } else {
      delivery_.items.push_back({next_++, read_notice(value, place, std::move(field))});
    }
  }

  void read_each(const Object& value, const char* name, const Place& place, ReadItem read_item) {
    const Object& list = member(value, name);
    if (list.is_null()) return;
    if (!list.is_array()) return reject("wrong_type");
    for (const Object& each : list) {
      if (full()) return;
      WebhookItem item;
      item.index = next_;
      std::string reason = read_item(each, place, item);
      if (!reason.empty()) {
        reject(std::move(reason));
      } else {
        ++next_;
        delivery_.items.push_back(std::move(item));
      }
    }
  }

  /// What the provider could not do for the number as a whole.
  void read_errors(const Object& errors, const Place& place) {
    if (!errors.is_array()) return;
    for (const Object& error : errors) {
      if (full()) return;
      AccountNotice n{place.business_id, "errors", {}, {}};
      n.event = line(error, "title");
      if (const Object& code = member(error, "code"); code.is_number_integer()) n.subject = code.dump();
      delivery_.items.push_back({next_++, std::move(n)});
    }
  }

  /// Says so once, and reads no further.
  bool full() {
    if (next_ < webhook_item_limit) return false;
    if (!said_full_) reject("too_many");
    said_full_ = true;
    return true;
  }

  void reject(std::string reason) { delivery_.rejected.push_back({next_++, std::move(reason)}); }

  Delivery delivery_;
  std::size_t next_ = 0;
  bool said_full_ = false;
};

}  // namespace

Delivery parse_meta(std::string_view body) {
  Delivery refused;
  if (body.size() > webhook_body_limit) {
    refused.rejected.push_back({0, "too_large"});
    return refused;
  }
  Object document;
  try {
    JsonLimits limits;
    limits.size = 3 * webhook_body_limit + 16;  // what repairing may add
    limits.refuse_duplicate_members = false;
    document = parse_json(repaired_json(body), limits);
  } catch (const Error&) {
    refused.rejected.push_back({0, "not_json"});
    return refused;
  }
  if (member(document, "object") != "whatsapp_business_account") {
    refused.rejected.push_back({0, "not_an_envelope"});
    return refused;
  }
  return Reader().read(document);
}

}  // namespace atlas
