// The policy as the rooms that send ask it: windows, counts, the two exempt kinds. An engine with one more
// room, whose operations hand its questions on.

#include "atlas/context.hpp"
#include "atlas/kernel.hpp"
#include "atlas/send_policy.hpp"
#include "atlas/sqlite_store.hpp"
#include "atlas/subject_keys.hpp"
#include "composition.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace atlas {
namespace test_room {

/// What is done: start (decide, and count when allowed), open, close.
struct Step {
  std::string step = "start";
  std::string channel_code = "CHAN_SMS";
  std::string address;
  std::string purpose_code = "CONSENT_CONTACT";
  std::string kind = "ordinary";
  std::string sender;
  Uuid message_id;
  std::optional<Uuid> party_id;
  bool urgent = false;
  std::optional<Timestamp> at;
};
struct Outcome {
  std::string said;
  std::string evidence;
  std::string hash;
};
inline constexpr Operation<Step, Outcome> policy{
    {.name = "test.policy", .permission = "", .effect = Effect::writes, .summary = "Asks the policy."}};

}  // namespace test_room
template <>
struct Describe<test_room::Step> {
  using In = test_room::Step;
  static constexpr std::string_view name = "test.step";
  static constexpr std::array fields{field<&In::step>("step"),
                                     field<&In::channel_code>("channel_code"),
                                     field<&In::address>("address"),
                                     field<&In::purpose_code>("purpose_code"),
                                     field<&In::kind>("kind"),
                                     field<&In::sender>("sender"),
                                     field<&In::message_id>("message_id"),
                                     field<&In::party_id>("party_id"),
                                     field<&In::urgent>("urgent"),
                                     field<&In::at>("at")};
};
template <>
struct Describe<test_room::Outcome> {
  using T = test_room::Outcome;
  static constexpr std::string_view name = "test.outcome";
  static constexpr std::array fields{field<&T::said>("said"), field<&T::evidence>("evidence"),
                                     field<&T::hash>("hash")};
};
}  // namespace atlas

namespace {

test_room::Outcome act(Context& cx, const test_room::Step& in) {
  const SendPolicy& policy = send_policy(cx);
  if (in.step == "open") {
    policy.open_window(cx, {in.channel_code, in.address, in.sender, in.at.value_or(cx.now()), "wamid.1"});
    return {};
  }
  if (in.step == "close") {
    policy.close_window(cx, in.channel_code, in.address, in.at.value_or(cx.now()));
    return {};
  }
  SendQuestion q;
  q.stage = SendStage::start;
  q.kind = in.kind == "ordinary"         ? SendKind::ordinary
           : in.kind == "opt_in_request" ? SendKind::opt_in_request
                                         : SendKind::opt_out_confirmation;
  q.channel_code = in.channel_code;
  q.address = in.address;
  q.purpose_code = in.purpose_code;
  q.sender = in.sender;
  q.message_id = in.message_id.is_nil() ? cx.new_id() : in.message_id;
  q.party_id = in.party_id;
  q.urgent = in.urgent;
  policy.hold(cx, {&q, 1});
  const SendAnswer answer = policy.decide(cx, q);
  if (answer.allowed()) policy.note_sent(cx, q, answer);
  test_room::Outcome out;
  out.said = answer.allowed()                       ? "allow"
             : answer.verdict == SendVerdict::defer ? "defer"
                                                    : std::string(error_info(answer.error).text);
  if (!answer.detail.empty()) out.said += " " + answer.detail;
  out.evidence = answer.evidence.kind;
  out.hash = answer.evidence.hash;
  return out;
}

struct Bench {
  explicit Bench(const std::string& backend) {
    const StoreOpening opening{.migrations = migrations(), .clock = &clock, .entropy = &system_entropy()};
    auto store = backend == "memory" ? open_memory_store(opening)
                                     : open_sqlite({.path = folder.file("store.db")}, opening);
    auto registry = compose(store->catalog());
    registry->operation(test_room::policy, act);
    auto vault = make_store_vault(store->catalog().id("subject_key"), store->vault_key(), system_entropy());
    KernelOptions options;
    options.clock = &clock;
    kernel = std::make_unique<Kernel>(std::move(store), std::move(registry), std::move(vault), options);
    Session host(*kernel, Principal{.kind = PrincipalKind::host});
    const auto made = host.call(organisations::create, {.name = "Agence", .admin_email = "a@a.ma"});
    org = made.organisation->id;
    admin_id = made.admin_user_id;
  }
  Session admin() { return {*kernel, Principal{.org = org, .id = admin_id}}; }
  std::string say(const test_room::Step& step) {
    auto s = admin();
    const auto out = s.call(test_room::policy, step);
    return out.said + (out.evidence.empty() ? "" : " by " + out.evidence);
  }

  FakeClock clock;
  TemporaryFolder folder;
  std::unique_ptr<Kernel> kernel;
  Uuid org, admin_id;
};

const std::string number = "+212612345678";

}  // namespace

TEST_CASE("a message of the person's own opens twenty-four hours, to the second", "[sending][policy]") {
  for (const std::string backend : {"memory", "sqlite"}) {
    INFO(backend);
    Bench b(backend);
    const Timestamp start = b.clock.now();
    const auto reply = [&](const char* sender = "") {
      return b.say({.channel_code = "CHAN_WHATSAPP", .address = number, .sender = sender});
    };
    CHECK(reply() == "consent_missing never_asked");
    // By the provider's clock: ten minutes ago.
    const Timestamp said = start + -10 * micros_per_minute;
    b.say({.step = "open", .channel_code = "CHAN_WHATSAPP", .address = number, .sender = "+1", .at = said});
    CHECK(reply() == "allow by session");
    CHECK(reply("+1") == "allow by session");
    CHECK(reply("+2") == "consent_missing never_asked");
    CHECK(b.say({.channel_code = "CHAN_SMS", .address = number}) == "consent_missing never_asked");
    CHECK(b.say({.channel_code = "CHAN_WHATSAPP", .address = "+212699999999"}) ==
          "consent_missing never_asked");
    CHECK(b.say({.channel_code = "CHAN_WHATSAPP", .address = number, .purpose_code = "CONSENT_MARKETING"}) ==
          "consent_missing never_asked");
    b.clock.set(said + (24 * micros_per_hour - 1));
    CHECK(reply() == "allow by session");
    b.clock.set(said + 24 * micros_per_hour);
    CHECK(reply() == "consent_missing never_asked");
    // An older message that comes late moves nothing; a newer one prolongs.
    b.say({.step = "open",
           .channel_code = "CHAN_WHATSAPP",
           .address = number,
           .sender = "+1",
           .at = start + -9});
    CHECK(reply() == "allow by session");
    b.say({.step = "open", .channel_code = "CHAN_WHATSAPP", .address = number, .sender = "+1", .at = said});
    CHECK(reply() == "allow by session");
    // An opt-out closes it; what came before the opt-out does not open it again.
    const Timestamp stop = b.clock.now();
    b.say({.step = "close", .channel_code = "CHAN_WHATSAPP", .address = number, .at = stop});
    CHECK(reply() == "consent_missing never_asked");
    b.say({.step = "open",
           .channel_code = "CHAN_WHATSAPP",
           .address = number,
           .sender = "+1",
           .at = stop + -1});
    CHECK(reply() == "consent_missing never_asked");
    b.say(
        {.step = "open", .channel_code = "CHAN_WHATSAPP", .address = number, .sender = "+1", .at = stop + 1});
    CHECK(reply() == "allow by session");
    // A provider's clock that is days ahead does not open days.
    const Timestamp now = b.clock.now();
    b.say({.step = "open",
           .channel_code = "CHAN_WHATSAPP",
           .address = number,
           .sender = "+1",
           .at = now + 72 * micros_per_hour});
    b.clock.set(now + 25 * micros_per_hour);
    CHECK(reply() == "consent_missing never_asked");
  }
}

TEST_CASE("an opt-in request leaves once in thirty days, and only after the person's own act",
          "[sending][policy]") {
  for (const std::string backend : {"memory", "sqlite"}) {
    INFO(backend);
    Bench b(backend);
    b.clock.set(parse_timestamp("2026-11-23T10:00:00Z").value());
    auto s = b.admin();
    const test_room::Step request{
        .address = number, .purpose_code = "CONSENT_MARKETING", .kind = "opt_in_request"};
    CHECK(b.say(request) == "consent_missing no_request");
    s.call(consents::request, request_of(number, "CHAN_SMS", "CONSENT_MARKETING"));
    auto first = request;
    first.message_id = *parse_uuid("01900000-0000-7000-8000-000000000001");
    CHECK(b.say(first) == "allow by opt_in_request");
    // Another start of the same message is no other message.
    CHECK(b.say(first) == "allow by opt_in_request");
    CHECK(b.say(request) == "frequency_cap asked_within_30_days");
    b.clock.set(b.clock.now() + (30 * micros_per_day - 1));
    CHECK(b.say(request) == "frequency_cap asked_within_30_days");
    b.clock.set(b.clock.now() + 1);
    CHECK(b.say(request) == "allow by opt_in_request");
    // The request itself allows nothing else.
    CHECK(b.say({.address = number, .purpose_code = "CONSENT_MARKETING"}) == "consent_missing not_answered");
  }
}

TEST_CASE("each withdrawal is confirmed once", "[sending][policy]") {
  for (const std::string backend : {"memory", "sqlite"}) {
    INFO(backend);
    Bench b(backend);
    auto s = b.admin();
    const test_room::Step confirm{.address = number, .kind = "opt_out_confirmation"};
    CHECK(b.say(confirm) == "consent_missing nothing_withdrawn");
    s.call(consents::grant, grant_of(number));
    CHECK(b.say(confirm) == "consent_missing nothing_withdrawn");
    s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = number});
    CHECK(b.say({.address = number}) == "consent_withdrawn opted_out");
    CHECK(b.say(confirm) == "allow by opt_out_confirmation");
    CHECK(b.say(confirm) == "frequency_cap confirmed_already");
    // STOP was to every purpose: one confirmation is enough for all.
    auto marketing = confirm;
    marketing.purpose_code = "CONSENT_MARKETING";
    CHECK(b.say(marketing) == "frequency_cap confirmed_already");
    b.clock.advance(micros_per_hour);
    s.call(consents::grant, grant_of(number));
    CHECK(b.say(confirm) == "consent_missing nothing_withdrawn");
    b.clock.advance(micros_per_hour);
    s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = number});
    CHECK(b.say(confirm) == "allow by opt_out_confirmation");
    CHECK(b.say(confirm) == "frequency_cap confirmed_already");
  }
}

TEST_CASE("caps count what one person got, by address or by party", "[sending][policy]") {
  for (const std::string backend : {"memory", "sqlite"}) {
    INFO(backend);
    Bench b(backend);
    b.clock.set(parse_timestamp("2026-11-23T10:00:00Z").value());
    auto s = b.admin();
    const std::string second = "+212699999999";
    const auto party = s.call(parties::create, {.role_code = "BUYER", .family_name = "A"});
    for (const auto& address : {number, second})
      s.call(consents::grant, grant_of(address, "CHAN_SMS", "CONSENT_MARKETING"));
    const auto send = [&](const std::string& address, std::optional<Uuid> to = {}, Uuid message = {}) {
      return b.say(
          {.address = address, .purpose_code = "CONSENT_MARKETING", .message_id = message, .party_id = to});
    };
    const Uuid retried = *parse_uuid("01900000-0000-7000-8000-000000000002");
    CHECK(send(number, party.id, retried) == "allow by consent");
    CHECK(send(number, party.id, retried) == "allow by consent");
    CHECK(send(second, party.id) == "allow by consent");
    // Two a day: to the person, whatever the address.
    CHECK(send(second, party.id) == "frequency_cap too_many_messages");
    CHECK(send(number, party.id) == "frequency_cap too_many_messages");
    CHECK(send(number, party.id, retried) == "allow by consent");
    // Unknown of whom it is, the address alone counts.
    CHECK(send(second) == "allow by consent");
    CHECK(send(second) == "frequency_cap too_many_messages");
    b.clock.set(b.clock.now() + 24 * micros_per_hour);
    CHECK(send(number, party.id) == "allow by consent");
    CHECK(send(number, party.id) == "allow by consent");
    CHECK(send(number, party.id) == "frequency_cap too_many_messages");
    // Four in seven days: that the two days have spent.
    b.clock.set(b.clock.now() + 48 * micros_per_hour);
    CHECK(send(number, party.id) == "frequency_cap too_many_messages");
    b.clock.set(b.clock.now() + 6 * micros_per_day);
    CHECK(send(number, party.id) == "allow by consent");
  }
}

TEST_CASE("an urgent word about a request is not held at night, marketing is", "[sending][policy]") {
  Bench b("memory");
  b.clock.set(parse_timestamp("2026-11-23T23:00:00Z").value());
  auto s = b.admin();
  for (const char* purpose : {"CONSENT_CONTACT", "CONSENT_MARKETING"})
    s.call(consents::grant, grant_of(number, "CHAN_SMS", purpose));
  CHECK(b.say({.address = number}) == "defer hours by consent");
  CHECK(b.say({.address = number, .urgent = true}) == "allow by consent");
  CHECK(b.say({.address = number, .purpose_code = "CONSENT_MARKETING", .urgent = true}) ==
        "defer hours by consent");
  b.say({.step = "open", .address = number});
  CHECK(b.say({.address = number}) == "allow by consent");
}

TEST_CASE("an objection closes every way, a confirmation apart", "[sending][policy]") {
  Bench b("sqlite");
  auto s = b.admin();
  const auto party = s.call(parties::create, {.role_code = "BUYER", .family_name = "A", .phones = {number}});
  s.call(consents::grant, grant_of(number));
  s.call(consents::object, {.party_id = party.id});
  b.clock.advance(micros_per_hour);
  CHECK(b.say({.address = number}) == "objected party");
  b.say({.step = "open", .address = number});
  CHECK(b.say({.address = number}) == "objected party");
  CHECK(b.say({.address = number, .kind = "opt_out_confirmation"}) == "allow by opt_out_confirmation");
  CHECK(b.say({.address = number, .kind = "opt_out_confirmation"}) == "frequency_cap confirmed_already");
}
