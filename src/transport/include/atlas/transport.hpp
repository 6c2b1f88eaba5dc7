#pragma once
// The port through which a message leaves: one envelope in, one outcome out. The library's own transports
// (providers' HTTP interfaces, SMTP, files) and a host's implement the same class.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/secrets.hpp"
#include "atlas/time.hpp"

namespace atlas {

/// The account that a message is sent from, as ChannelAccount describes it.
struct SendingAccount {
  std::string id;        ///< of the ChannelAccount; "" outside a store
  std::string provider;  ///< TWILIO, META, SMTP, FILE, MEMORY, HOST
  /// Twilio: a number in E.164, an alphanumeric sender, or a messaging service (MG…). Meta: the
  /// phone_number_id. SMTP: the address, alone or as `Name <address>`.
  std::string sender;
  /// Twilio: the account's SID (AC…). Meta: the WhatsApp business account. SMTP: the user name ("" = the
  /// sender's address).
  std::string business_id;
  /// Where the provider is reached, without a trailing slash. "" = its own address; a proxy's or a test's
  /// otherwise. SMTP has no default: `smtp://relay:587` (STARTTLS) or `smtps://relay:465`.
  std::string base_url;
  /// Public URL that status reports come to ("" = none asked for). Twilio: gets `token` as a query member.
  std::string status_callback;
  /// Hands out a secret of this account by name ("send"). Called during send(), on its thread, with no lock
  /// of the library held. Empty or nothing = the account has none.
  std::function<std::optional<Secret>(std::string_view name)> secret;
};

/// Which part of a provider's template a value fills.
enum class TemplatePart : std::uint8_t { header, body, button };

/// One value of a template, in the order of its placeholders.
struct TemplateParameter {
  std::string name;   ///< of a named placeholder; "" = by position
  std::string value;  ///< text, or a URL or media id when media_type is given
  TemplatePart part = TemplatePart::body;
  unsigned button = 0;     ///< button: its position, from 0
  std::string media_type;  ///< header: `image/jpeg`, `application/pdf`…; "" = text
};

/// A template that the provider knows.
struct ProviderTemplate {
  std::string reference;  ///< Twilio: ContentSid (HX…). Meta: the template's name.
  std::string language;   ///< Meta: `fr`, `en_US`
  std::vector<TemplateParameter> parameters;
};

/// A file that goes with a message.
struct MediaReference {
  std::string url;         ///< public https address; or Meta's media id
  std::string media_type;  ///< `image/jpeg`
  std::string file_name;
  std::string content;  ///< e-mail: the bytes themselves; other channels take references only
};

/// One message, ready to leave. Holds personal data: a transport keeps none of it.
struct Envelope {
  SendingAccount account;
  std::string channel_code;  ///< CHAN_WHATSAPP, CHAN_SMS, CHAN_EMAIL
  std::string to;            ///< E.164 with `+`, or an e-mail address in normal form
  std::string to_name;       ///< e-mail; may be ""
  std::string subject;       ///< e-mail
  std::string body;          ///< plain text, UTF-8; with a template what it renders to, for the record
  std::string html;          ///< e-mail: the same as HTML; may be ""
  std::optional<ProviderTemplate> content_template;
  std::vector<MediaReference> media;
  /// The provider's id of the message that this one answers; "" = none.
  std::string reply_to;
  /// E-mail: where one opposes at one click (RFC 8058); "" = none.
  std::string unsubscribe_url;
  /// The same for every attempt of one message: 1 to 128 of `A-Za-z0-9._-`. Providers that take such a token
  /// get it as theirs; the others carry it where their reports bring it back (see webhook.hpp).
  std::string token;
};

/// How an attempt ended.
enum class OutcomeKind : std::uint8_t {
  accepted,     ///< the provider has it
  not_taken,    ///< certainly not taken, may be tried again
  later,        ///< certainly not taken, and not before some time: spends no attempt
  rejected,     ///< never as it is: content, template, parameters
  unreachable,  ///< this address cannot be reached on this channel
  opted_out,    ///< the person has opposed at the provider: a withdrawal
  account,      ///< the account or its configuration: pause it, the message waits
  unknown,      ///< it may have been taken or not: never sent again blindly
};
/// "accepted", "not_taken", …
std::string_view to_text(OutcomeKind kind) noexcept;
std::optional<OutcomeKind> outcome_kind(std::string_view text) noexcept;

/// What a transport answers. Texts in it hold no secret and no personal data.
struct Outcome {
  OutcomeKind kind = OutcomeKind::unknown;
  std::string provider_id;  ///< accepted: what reports will name, ≤ 255 bytes
  /// not_taken, later: not again before so many microseconds have passed. Nothing = the caller's schedule.
  std::optional<std::int64_t> retry_after_us;
  std::string reason;         ///< lower_snake code for people and reports: `template_paused`
  std::string provider_code;  ///< as the provider names it: `63016`, `550 5.1.1`, `http 503`; may be ""
  std::string provider_text;  ///< the provider's words, sanitised, at most 200 bytes; may be ""
  bool alarm = false;         ///< somebody should look: an unlisted code, spam filters, a broken account
  /// not_taken, later: how many answers with this code one message is allowed, 0 = no limit of its own…
  unsigned times = 0;
  OutcomeKind afterwards = OutcomeKind::rejected;  ///< …and what the next one is
  bool growing = false;                            ///< retry_after_us doubles with every answer of this code
  /// not_taken, later with a retry_after_us: it is the account that the provider wants to hear nothing of, so
  /// that its other messages wait as well, at most an hour.
  bool whole_account = false;

  static Outcome accepted(std::string provider_id);
  static Outcome not_taken(std::string reason, std::optional<std::int64_t> retry_after_us = {});
  static Outcome later(std::string reason, std::optional<std::int64_t> retry_after_us = {});
  static Outcome rejected(std::string reason, std::string provider_code = {});
  static Outcome unreachable(std::string reason, std::string provider_code = {});
  static Outcome opted_out(std::string provider_code = {});
  static Outcome account(std::string reason, std::string provider_code = {});
  static Outcome unknown(std::string reason);
};

/// Applies `times`, `afterwards` and `growing`: `seen_before` = how many earlier attempts of this message
/// were answered with the same provider_code.
Outcome bounded(Outcome outcome, unsigned seen_before);

/// A provider's words without what could be personal or secret: addresses, long numbers, links and long
/// tokens become `…`, control characters spaces; valid UTF-8, at most `limit` bytes.
std::string sanitised(std::string_view text, std::size_t limit = 200);

/// One call of send(): its deadline, and whether a byte may have left. Used by one thread.
class Sending {
 public:
  /// `deadline_ns` on the scale of `clock.monotonic_ns()`. The clock must outlive the call.
  Sending(Clock& clock, std::int64_t deadline_ns) : clock_(&clock), deadline_ns_(deadline_ns) {}

  /// To be called just before the first byte of the message leaves. false = the deadline has passed: send
  /// nothing and answer not_taken.
  bool begin() noexcept;
  bool begun() const noexcept { return begun_; }
  /// Until the deadline; 0 when it has passed.
  std::int64_t remaining_ns() const;

 private:
  Clock* clock_;
  std::int64_t deadline_ns_;
  bool begun_ = false;
};

struct Inquiry;
struct Findings;

/// Sends envelopes. Thread-safe: one object is called from many threads at once, with no lock of the library
/// held. May block until the deadline, not longer.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Hands the message over once; never tries again by itself. Preferably throws nothing: see send_guarded.
  virtual Outcome send(const Envelope& envelope, Sending& sending) = 0;
  /// Does sending the same token twice deliver once? Then a message with an unknown outcome may be sent
  /// again.
  virtual bool takes_idempotency_token() const noexcept { return false; }
  /// Does it call Sending::begin before the first byte, always? Then an exception before that call is
  /// not_taken; otherwise every exception is unknown.
  virtual bool marks_begin() const noexcept { return false; }
  /// Can the provider be asked about a message that it may have? See inquiry.hpp.
  virtual bool answers_inquiries() const noexcept { return false; }
  /// Asks, and sends nothing; called only where answers_inquiries(), by ask_guarded.
  virtual Findings ask(const Inquiry& inquiry, Sending& sending);
};

/// The longest wait that a transport's word asks for; more counts as that.
inline constexpr std::int64_t longest_retry_after_us = 72 * micros_per_hour;

/// send(), with exceptions and impossible answers made outcomes: an exception is unknown, or not_taken where
/// the transport marks its begin and had not begun; a deadline that has passed already is not_taken without a
/// call; accepted without an id that reports could name (1 to 255 bytes of UTF-8, no control characters) is
/// unknown, and so is a kind that does not exist. Texts are sanitised and cut (reason and provider_code at 64
/// bytes), waits held within 0 and 72 hours.
Outcome send_guarded(Transport& transport, const Envelope& envelope, Sending& sending) noexcept;

/// Which transport serves a provider and channel. Filled before it is shared; then thread-safe to read.
class Transports {
 public:
  /// `channel_code` "" = every channel of the provider that has no entry of its own. Replaces an earlier one.
  void add(std::string provider, std::string channel_code, std::shared_ptr<Transport> transport);
  /// Null when none serves it.
  std::shared_ptr<Transport> find(std::string_view provider, std::string_view channel_code) const;
  bool empty() const noexcept { return entries_.empty(); }

 private:
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Transport>, std::less<>> entries_;
};

/// Writes each message as a file into `directory` (which exists): `<token>.eml` for e-mail, `<token>.json`
/// for the other channels, whole or not at all. The same token replaces its own file, so a message is there
/// once. For tests, previews and hosts that hand files on. No clock = the machine's.
std::shared_ptr<Transport> make_file_transport(std::string directory, std::shared_ptr<Clock> clock = {});

}  // namespace atlas
