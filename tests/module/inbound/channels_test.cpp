// Channel accounts: who may keep them, where their secrets lie, and that these are seen nowhere.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "atlas/channels.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr const char* planted = "planted-secret-7f3a9c";

channels::Create twilio() {
  return {.channel_code = "CHAN_WHATSAPP", .provider = "TWILIO", .sender = "+33644641234"};
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("an account is made, changed, paused, resumed and archived by an administrator alone",
          "[channels]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const ChannelAccount made = s.call(channels::create, twilio());
  CHECK(made.status_code == "ACCOUNT_ACTIVE");
  CHECK(made.endpoint.size() == 64);
  CHECK_FALSE(made.secret_refs.send.has_value());
  for (const char* role : {"MANAGER", "AGENT", "OWNER", "MODERATOR", "AUDITOR"}) {
    CAPTURE(role);
    auto other = w.as(role);
    CHECK(code_of([&] { other.call(channels::create, twilio()); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { other.call(channels::get, {.id = made.id}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { other.call(channels::list, {}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] {
            other.call(channels::set_secret, {.id = made.id, .version = 1, .slot = "send", .value = "x"});
          }) == ErrorCode::forbidden);
  }
  auto stranger = w.other();
  CHECK(code_of([&] { stranger.call(channels::get, {.id = made.id}); }) == ErrorCode::not_found);
  CHECK(stranger.call(channels::list, {}).items.empty());

  const auto changed = s.call(channels::update, {.id = made.id,
                                                 .version = made.version,
                                                 .business_id = "AC0123456789abcdef0123456789abcdef",
                                                 .limits = SendingLimits{.per_second = 80, .per_day = 1000},
                                                 .messaging_tier = "TIER_2K"});
  CHECK(changed.limits.per_second == 80);
  CHECK(changed.messaging_tier == "TIER_2K");
  const auto paused =
      s.call(channels::pause, {.id = made.id, .version = changed.version, .reason = "billing"});
  CHECK(paused.status_code == "ACCOUNT_PAUSED");
  CHECK(paused.pause_reason == "billing");
  const auto again = s.call(channels::resume, {.id = made.id, .version = paused.version});
  CHECK(again.status_code == "ACCOUNT_ACTIVE");
  CHECK_FALSE(again.pause_reason.has_value());
  CHECK(s.call(channels::list, {.where = R"({"channel_code":"CHAN_WHATSAPP"})"}).items.size() == 1);
  const auto gone = s.call(channels::archive, {.id = made.id, .version = again.version});
  CHECK(gone.archived_at.has_value());
  CHECK(s.call(channels::list, {}).items.empty());
  CHECK(code_of([&] {
          s.call(channels::set_secret,
                 {.id = made.id, .version = gone.version, .slot = "send", .value = "x"});
        }) == ErrorCode::conflict);
}

TEST_CASE("what an account cannot be is named", "[channels]") {
  World w("memory");
  auto s = w.admin();
  const auto wrong_at = [&](channels::Create in, const char* path, Session& by) {
    CAPTURE(path);
    const Error e = error_of([&] { by.call(channels::create, in); });
    CHECK(e.code() == ErrorCode::invalid_argument);
    bool named = false;
    for (const FieldError& f : e.fields()) named = named || f.path == path;
    CHECK(named);
  };
  auto in = twilio();
  in.channel_code = "CHAN_EMAIL";
  wrong_at(in, "/channel_code", s);
  in = twilio();
  in.channel_code = "CHAN_PHONE";
  wrong_at(in, "/channel_code", s);
  in = twilio();
  in.provider = "META";
  wrong_at(in, "/sender", s);
  in.provider = "PIGEON";
  wrong_at(in, "/provider", s);
  in = twilio();
  in.sender = "nobody";
  wrong_at(in, "/sender", s);
  in = twilio();
  in.public_url = "javascript:alert(1)";
  wrong_at(in, "/public_url", s);
  in = twilio();
  in.secret_refs.send = "sealed:00";
  wrong_at(in, "/secret_refs/send", s);
  in.secret_refs.send = "a b";
  wrong_at(in, "/secret_refs/send", s);
  // Where a provider is reached is the host's to say: else a tenant could make its network call itself.
  in = twilio();
  in.base_url = "http://127.0.0.1:8080";
  wrong_at(in, "/base_url", s);
  auto host = w.engine.session({.org = w.one.org, .kind = PrincipalKind::system});
  const auto pointed = host.call(channels::create, in);
  CHECK(pointed.base_url == "http://127.0.0.1:8080");
  // An administrator may change the rest of it.
  CHECK(s.call(channels::update, {.id = pointed.id, .version = 1, .quality = "GREEN"}).quality == "GREEN");
  channels::Create mail{.channel_code = "CHAN_EMAIL", .provider = "SMTP", .sender = "agence@example.ma"};
  mail.base_url = "https://relay.example";
  wrong_at(mail, "/base_url", s);
  mail.base_url = "smtps://relay.example:465";
  CHECK(s.call(channels::create, mail).base_url == "smtps://relay.example:465");
  const auto made = s.call(channels::create, twilio());
  CHECK(names(error_of([&] {
                s.call(channels::set_secret,
                       {.id = made.id, .version = 1, .slot = "send", .value = "x", .ref = "y"});
              }),
              "/ref", field_code::duplicate_member));
  CHECK(names(error_of([&] { s.call(channels::rotate_secret, {.id = made.id, .version = 1}); }), "/value",
              field_code::required));
}

TEST_CASE("a sealed secret is in no answer, audit, event, log, export, dump or file", "[channels]") {
  const std::string backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  std::string logged;
  World w(backend);
  auto s = w.admin();
  auto account = s.call(channels::create, twilio());
  std::string answers;
  const auto keep = [&](const std::string& json) { answers += json; };
  for (const char* slot : {"send", "signing", "verify_token"}) {
    account = s.call(
        channels::set_secret,
        {.id = account.id, .version = account.version, .slot = slot, .value = std::string(planted) + slot});
    keep(to_json(account));
  }
  CHECK(account.secret_refs.send->starts_with("sealed:"));
  account = s.call(channels::rotate_secret,
                   {.id = account.id, .version = account.version, .value = std::string(planted) + "new"});
  keep(to_json(account));
  CHECK(account.secret_refs.signing_previous.has_value());
  keep(s.call_json("channels.get", "{\"id\":\"" + format_uuid(account.id) + "\"}"));
  keep(s.call_json("channels.list", "{}"));
  keep(s.call_json("audit.list", R"({"limit":1000})"));
  keep(s.call_json("events.list", R"({"limit":1000})"));
  keep(w.engine.metrics_text());
  std::string dump;
  w.engine.dump(w.one.org, [&](std::string_view line) { dump += line; });
  CHECK(dump.find("channel_account") != std::string::npos);
  CHECK(dump.find("channel_secret") == std::string::npos);
  CHECK(answers.find(planted) == std::string::npos);
  CHECK(dump.find(planted) == std::string::npos);
  if (backend == "sqlite") {
    for (const auto& file : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(w.folder.file("x")).parent_path())) {
      if (file.is_regular_file()) CHECK(contents(file.path()).find(planted) == std::string::npos);
    }
  }
  CHECK(w.engine.check().ok());
}

TEST_CASE("an endpoint leads to its account until it is rotated or the account archived", "[channels]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  auto account = s.call(channels::create, twilio());
  const auto leads = [&](const std::string& token) {
    const auto found = w.engine.kernel().find_endpoint(token);
    if (!found) return false;
    CHECK(found->org == w.one.org);
    CHECK(found->entity == account.id);
    return true;
  };
  const std::string first = account.endpoint;
  CHECK(leads(first));
  CHECK_FALSE(leads(first + "0"));
  CHECK_FALSE(leads(""));
  account = s.call(channels::rotate_endpoint,
                   {.id = account.id, .version = account.version, .keep_previous = true});
  const std::string second = account.endpoint;
  CHECK(second != first);
  CHECK(leads(first));
  CHECK(leads(second));
  account = s.call(channels::rotate_endpoint, {.id = account.id, .version = account.version});
  CHECK_FALSE(leads(first));
  CHECK_FALSE(leads(second));
  CHECK(leads(account.endpoint));

  // Another store that takes the organisation finds it by the same endpoint, and asks for its secrets anew.
  account = s.call(channels::set_secret,
                   {.id = account.id, .version = account.version, .slot = "signing", .value = planted});
  std::vector<std::string> lines;
  w.engine.dump(w.one.org, [&](std::string_view text) { lines.emplace_back(text); });
  Engine elsewhere({.store = ":memory:"});
  std::string whole;
  for (const std::string& l : lines) whole += l;
  std::size_t at = 0;
  elsewhere.load([&](std::string& line) {
    if (at >= whole.size()) return false;
    const std::size_t end = whole.find('\n', at);
    line = whole.substr(at, end - at);
    at = end + 1;
    return true;
  });
  const auto there = elsewhere.kernel().find_endpoint(account.endpoint);
  REQUIRE(there.has_value());
  CHECK(there->entity == account.id);

  account = s.call(channels::archive, {.id = account.id, .version = account.version});
  CHECK_FALSE(leads(account.endpoint));
}
