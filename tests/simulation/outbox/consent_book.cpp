#include "consent_book.hpp"

#include <algorithm>

namespace atlas::simulation::post {
namespace {

constexpr std::int64_t day = 24 * micros_per_hour;
constexpr std::string_view contact = "CONSENT_CONTACT", marketing = "CONSENT_MARKETING";

/// Casablanca and Paris are both an hour ahead of UTC in the weeks that a world lives in.
constexpr std::int64_t ahead = micros_per_hour;

void later(std::optional<Timestamp>& known, Timestamp at) {
  if (!known || *known < at) known = at;
}

}  // namespace

void ConsentBook::granted(const std::string& channel, const std::string& address, const std::string& purpose,
                          std::optional<Timestamp> expires_at, Timestamp at) {
  Said& s = said_[{channel, address, purpose}];
  s.yes = true;
  s.expires_at = expires_at;
  s.granted_at = at;
}

void ConsentBook::requested(const std::string& channel, const std::string& address,
                            const std::string& purpose) {
  said_[{channel, address, purpose}].asked = true;
}

void ConsentBook::refused(const std::string& channel, const std::string& address, const std::string& purpose,
                          Timestamp at) {
  said_no_.insert(address);
  ++noes_[{channel, address}];
  for (const std::string_view each : {contact, marketing}) {
    if (!purpose.empty() && purpose != each) continue;
    Said& s = said_[{channel, address, std::string(each)}];
    s.yes = s.asked = false;
    later(s.last_no, at);
  }
}

void ConsentBook::objected(const std::string& party, const std::vector<std::string>& addresses,
                           Timestamp at) {
  objections_[party] = addresses;
  for (const std::string& address : addresses) {
    said_no_.insert(address);
    objected_at_[address] = std::max(objected_at_[address], at);
    // What was given before stays suppressed when the objection is lifted; before, by the clock.
    for (const char* channel : {"CHAN_SMS", "CHAN_WHATSAPP", "CHAN_EMAIL"}) {
      ++noes_[{channel, address}];
      for (const std::string_view purpose : {contact, marketing}) {
        Said& s = said_[{channel, address, std::string(purpose)}];
        s.yes = s.yes && s.granted_at >= at;
        s.asked = false;
        later(s.last_no, at);
      }
    }
  }
}

void ConsentBook::lifted(const std::string& party) { objections_.erase(party); }

void ConsentBook::wrote(const std::string& channel, const std::string& address, Timestamp at) {
  Timestamp& last = last_message_[{channel, address}];
  last = std::max(last, at);
}

void ConsentBook::left(const Ask& ask, const std::string& message, Timestamp at) {
  if (ask.kind == "opt_out_confirmation") confirmations_[{ask.channel, ask.address}].insert(message);
  std::vector<Left>& all = left_[ask.address];
  // Another attempt is the same message.
  if (std::none_of(all.begin(), all.end(), [&](const Left& l) { return l.message == message; }))
    all.push_back({message, ask.kind, ask.purpose, at});
}

bool ConsentBook::is_objected(const std::string& address) const {
  return std::any_of(objections_.begin(), objections_.end(), [&](const auto& o) {
    return std::find(o.second.begin(), o.second.end(), address) != o.second.end();
  });
}

bool ConsentBook::window_is_open(const std::string& channel, const std::string& address,
                                 const std::string& purpose, Timestamp now) const {
  const auto last = last_message_.find({channel, address});
  if (last == last_message_.end() || now >= last->second + day) return false;
  const auto said = said_.find({channel, address, purpose});
  return said == said_.end() || !said->second.last_no || *said->second.last_no < last->second;
}

std::string ConsentBook::forbids(const Ask& ask, const std::string& message, Timestamp now) const {
  const Place place{ask.channel, ask.address};
  const auto found = said_.find({ask.channel, ask.address, ask.purpose});
  const Said said = found == said_.end() ? Said{} : found->second;
  const auto history = left_.find(ask.address);
  const std::vector<Left> before = history == left_.end() ? std::vector<Left>{} : history->second;
  const auto others_since = [&](Timestamp since, std::string_view kind, std::string_view purpose) {
    return std::count_if(before.begin(), before.end(), [&](const Left& l) {
      return l.message != message && l.at > since && l.kind == kind && l.purpose == purpose;
    });
  };

  if (ask.kind == "opt_out_confirmation") {
    const auto noes = noes_.find(place);
    if (noes == noes_.end()) return "a confirmation, and nothing was withdrawn";
    if (said.yes && !is_objected(ask.address)) return "a confirmation of a withdrawal that no longer stands";
    const auto sent = confirmations_.find(place);
    const bool again = sent != confirmations_.end() && sent->second.contains(message);
    if (!again && sent != confirmations_.end() && static_cast<int>(sent->second.size()) >= noes->second)
      return "more confirmations than withdrawals";
    return {};
  }
  if (is_objected(ask.address)) return "the person objects to everything";
  if (ask.kind == "opt_in_request") {
    if (!said.asked) return "a request for consent that nobody asked for";
    if (others_since(now + -30 * day, "opt_in_request", ask.purpose) > 0)
      return "a second request for consent within 30 days";
    return {};
  }
  const bool open = window_is_open(ask.channel, ask.address, ask.purpose, now);
  const bool granted = said.yes && (!said.expires_at || now < *said.expires_at);
  const bool reply = ask.purpose == contact && ask.template_code.empty() && open;
  if (!granted && !reply) return "no consent is in force";
  if (ask.channel == "CHAN_WHATSAPP" && ask.template_code.empty() && !open)
    return "WhatsApp in free form outside the session window";
  if (ask.purpose == marketing) {
    if (others_since(now + -day, "ordinary", marketing) >= 2) return "a third advertisement within a day";
    if (others_since(now + -7 * day, "ordinary", marketing) >= 4) return "a fifth advertisement in a week";
  }
  if (reply || ask.channel == "CHAN_EMAIL" || (ask.urgent && ask.purpose == contact)) return {};
  const std::int64_t local = now.micros + ahead;
  const std::int64_t hour = local / micros_per_hour % 24, weekday = (local / day + 4) % 7;  // 0 = Sunday
  if (hour < 8 || hour >= 21) return "at night";
  if (ask.purpose == marketing && (hour >= 20 || weekday == 0)) return "advertising at such an hour";
  return {};
}

}  // namespace atlas::simulation::post
