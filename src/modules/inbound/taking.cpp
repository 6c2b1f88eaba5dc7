#include "taking.hpp"

#include <algorithm>

#include "atlas/channel_store.hpp"
#include "atlas/consent.hpp"
#include "atlas/context.hpp"
#include "atlas/json.hpp"
#include "atlas/message_store.hpp"
#include "atlas/provider_codes.hpp"

namespace atlas::inbound {
namespace {

constexpr std::string_view whatsapp = "CHAN_WHATSAPP";
constexpr std::size_t max_accounts = 100;

/// A stable word for an error, without anything that the delivery said.
std::string reason_of(const Error& e) {
  const auto told = e.detail("reason");
  if (told && told->size() > 2 && told->front() == '"')
    return std::string(told->substr(1, std::min<std::size_t>(told->size() - 2, 64)));
  return std::string(error_info(e.code()).text);
}

/// The other numbers of this organisation at the same provider: one app of Meta's has one endpoint for all.
std::vector<ChannelAccount> siblings(Context& cx, const ChannelAccount& account) {
  auto all = cx.all<ChannelAccount>();
  auto found =
      all.where({.where = Predicate::all_of(
                     {Predicate::equals(all.column("channel_code"), Value::text(account.channel_code)),
                      Predicate::equals(all.column("provider"), Value::text(account.provider)),
                      Predicate::absent(all.column("archived_at"))}),
                 .key = "by_channel",
                 .order = {{all.column("created_at"), false}},
                 .limit = max_accounts});
  std::erase_if(found, [&](const ChannelAccount& a) { return a.id == account.id; });
  return found;
}

void check_business(const ChannelAccount& account, std::string_view told) {
  if (account.business_id && !told.empty() && *account.business_id != told)
    throw unfit("other_business", "the delivery is of another business account");
}

}  // namespace

Error unfit(std::string_view reason, const char* message) {
  return Error(ErrorCode::invalid_argument, message).with("reason", reason);
}

std::string_view lead_source(std::string_view channel_code) {
  return channel_code == whatsapp ? "LEAD_SOURCE_WHATSAPP" : "LEAD_SOURCE_SMS";
}

std::string_view consent_source(std::string_view channel_code) {
  return channel_code == whatsapp ? "CONSENT_SRC_WHATSAPP_INBOUND" : "CONSENT_SRC_SMS_INBOUND";
}

Tally take_delivery(Context& cx, const ChannelAccount& account, const Delivery& delivery, bool again,
                    const std::function<bool(std::int64_t)>& wanted) {
  Tally tally;
  for (const WebhookItem& item : delivery.items) {
    const auto index = static_cast<std::int64_t>(item.index);
    if (!wanted(index)) continue;
    bool repeated = false;
    const auto error = cx.tried([&] {
      if (const auto* const message = std::get_if<InboundMessage>(&item.what))
        repeated = take_message(cx, account, *message, again);
      else if (const auto* const report = std::get_if<DeliveryReport>(&item.what))
        repeated = take_report(cx, account, *report);
      else if (const auto* const change = std::get_if<PreferenceChange>(&item.what))
        take_preference(cx, account, *change);
      else
        take_notice(cx, account, std::get<AccountNotice>(item.what));
    });
    if (error)
      tally.rejected.push_back({index, reason_of(*error)});
    else if (repeated)
      ++tally.duplicates;
    else if (std::holds_alternative<InboundMessage>(item.what))
      ++tally.messages;
    else if (std::holds_alternative<DeliveryReport>(item.what))
      ++tally.statuses;
  }
  for (const RejectedItem& bad : delivery.rejected) {
    const auto index = static_cast<std::int64_t>(bad.index);
    if (wanted(index)) tally.rejected.push_back({index, bad.reason});
  }
  std::stable_sort(tally.rejected.begin(), tally.rejected.end(),
                   [](const Rejected& a, const Rejected& b) { return a.index < b.index; });
  return tally;
}

bool take_report(Context& cx, const ChannelAccount& account, const DeliveryReport& report) {
  check_business(account, report.business_id);
  std::optional<Outcome> failure;
  if (report.state == DeliveryState::failed)
    failure = outcome_of_report(account.provider, report.error_code, report.error_text);
  Uuid whose = account.id;
  // A report does not say which of our numbers sent the message.
  if (account.provider == "META" && !messages::find_by_provider_id(cx, whose, report.provider_id)) {
    for (const ChannelAccount& other : siblings(cx, account)) {
      if (!messages::find_by_provider_id(cx, other.id, report.provider_id)) continue;
      whose = other.id;
      break;
    }
  }
  return messages::report(cx, whose, report, failure) == messages::ReportResult::repeated;
}

void take_preference(Context& cx, const ChannelAccount& account, const PreferenceChange& change) {
  check_business(account, change.business_id);
  // A return to what was stopped is no grant: that takes an act with its proof.
  if (!change.stopped) return;
  consents::Withdraw no;
  no.channel_code = account.channel_code;
  no.address = change.address;
  if (change.category.starts_with("marketing")) no.purpose_code = "CONSENT_MARKETING";
  no.source_code = std::string(consent_source(account.channel_code));
  no.wording = "provider settings: " + change.category.substr(0, 100);
  if (change.at) no.at = std::min(*change.at, cx.now());
  consents::Withdrawn done;
  if (const auto error = cx.attempt(consents::withdraw, no, done)) throw Error(*error);
}

void take_notice(Context& cx, const ChannelAccount& account, const AccountNotice& notice) {
  check_business(account, notice.business_id);
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("field").string(std::string_view(notice.field).substr(0, 64));
  w.key("event").string(std::string_view(notice.event).substr(0, 64)).end_object();
  if (notice.field == "phone_number_quality_update" &&
      (notice.event == "FLAGGED" || notice.event == "UNFLAGGED")) {
    const ChannelAccount before = cx.all<ChannelAccount>().get(account.id, RowLock::update);
    ChannelAccount after = before;
    after.quality = notice.event == "FLAGGED" ? "RED" : "GREEN";
    cx.all<ChannelAccount>().save(before, after, {.action = "channel_account.notice", .payload = payload});
    if (after.version != before.version) return;
  }
  cx.note(schema_of<ChannelAccount>(), account.id, account.subject_id, "channel_account.notice", payload);
}

}  // namespace atlas::inbound
