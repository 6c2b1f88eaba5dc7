#pragma once
// What providers send to a host: is it really theirs, and what does it say? Pure functions over bytes: no
// network, no store, no clock. Thread-safe. Everything is bounded; no body of any bytes does more than be
// refused.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "atlas/time.hpp"

namespace atlas {

// ---------------------------------------------------------------------------------------------- signatures

/// One member of a form, or a header.
using NameValue = std::pair<std::string, std::string>;

/// The secrets that a signature may be made with: the current one and, while it is being replaced, the one
/// before. An empty secret signs nothing: without any the answer is always no.
struct SigningSecrets {
  std::string_view current;
  std::string_view previous;
};

/// Twilio's `X-Twilio-Signature` over a form. `url` is the public URL as Twilio was given it, with its query.
/// Accepted are the forms of the URL that Twilio's own clients accept: with and without the port (the
/// scheme's standard one where none is given), the query as it stands, as a URL parser escapes it and as
/// `querystring` does (a quote as `'` or `%27`). Members with the same name count once per value, sorted.
bool verify_twilio_form(const SigningSecrets& secrets, std::string_view url,
                        const std::vector<NameValue>& form, std::string_view signature);

/// The same over any other body (JSON): the URL is signed, and its member `bodySHA256` must be the SHA-256 of
/// `body`. A URL without that member is refused: nothing would vouch for the body.
bool verify_twilio_body(const SigningSecrets& secrets, std::string_view url, std::string_view body,
                        std::string_view signature);

/// Either, by the content type of the request: `application/x-www-form-urlencoded` is read as a form, every
/// other body by its hash. A request without a body (GET) signs its URL alone.
bool verify_twilio_request(const SigningSecrets& secrets, std::string_view url, std::string_view content_type,
                           std::string_view body, std::string_view signature);

/// Meta's `X-Hub-Signature-256` (`sha256=` and 64 hexadecimal digits) over the raw bytes of the body.
bool verify_meta_body(const SigningSecrets& secrets, std::string_view body, std::string_view signature);

/// Meta asks once whether an endpoint is ours: GET with `hub.mode=subscribe`, `hub.verify_token` and
/// `hub.challenge`. The challenge to answer as text/plain when the token is `verify_token` (compared in
/// constant time, and not empty); nothing otherwise. `query` is what follows the `?`.
std::optional<std::string> answer_meta_challenge(std::string_view verify_token, std::string_view query);

/// The members of `application/x-www-form-urlencoded` text, in order: at most 1,000 (nothing beyond), `+` is
/// a space, a broken escape stands for itself. Names and values are the bytes as sent.
std::optional<std::vector<NameValue>> parse_form(std::string_view text);
/// The first member of that name; "" when there is none.
std::string_view form_value(const std::vector<NameValue>& form, std::string_view name) noexcept;
/// What follows the first `?` of a URL, without its fragment; "" when there is none.
std::string_view query_of(std::string_view url) noexcept;

// ------------------------------------------------------------------------------------------------- contents

/// A file that came with a message, by reference.
struct InboundMedia {
  std::string reference;   ///< Twilio: URL. Meta: media id.
  std::string media_type;  ///< "" when not told
  std::string sha256;      ///< lower-case hexadecimal; "" when not told
  std::string file_name;
  std::optional<std::int64_t> size;  ///< bytes
};

/// A message from a person. Texts are valid UTF-8 without control characters but line breaks and tabs.
struct InboundMessage {
  std::string provider_id;   ///< what makes it idempotent: `SM…`, `wamid.…`
  std::string channel_code;  ///< CHAN_WHATSAPP, CHAN_SMS
  std::string from;          ///< E.164 with `+`, or the provider's own form of the sender (a short code)
  std::string to;            ///< our side: E.164 (Twilio), phone_number_id (Meta)
  std::string business_id;   ///< Twilio AccountSid, WhatsApp business account
  /// text, button, interactive, reaction, image, document, audio, video, sticker, location, contacts, order,
  /// system, or `unknown` with the provider's own word in provider_type.
  std::string type;
  std::string provider_type;
  /// What the person wrote: text, caption, the title of the button or row chosen, the emoji of a reaction,
  /// the place's name. "" for what has none.
  std::string text;
  std::string reply_id;      ///< button, interactive: our own id of what was chosen
  std::string profile_name;  ///< as the person calls themselves; "" when not told
  std::string context_id;    ///< the provider's id of the message that this one answers; "" = none
  bool forwarded = false;
  std::optional<Timestamp> at;  ///< the provider's, to the second; Twilio's forms tell none
  std::vector<InboundMedia> media;
  std::string latitude, longitude;  ///< location: decimal text
  /// The provider has taken it for a word of opposition or return itself: STOP, START, HELP; "" = it has not
  /// looked, or it is none.
  std::string opt_out_type;
};

/// How far a message has come, as the provider tells.
enum class DeliveryState : std::uint8_t { queued, sent, delivered, read, failed };
std::string_view to_text(DeliveryState state) noexcept;

/// A report about a message of ours.
struct DeliveryReport {
  std::string provider_id;
  /// The envelope's token, where the report brings it back: "" otherwise. It finds the message whose answer
  /// never came.
  std::string token;
  DeliveryState state = DeliveryState::sent;
  std::string provider_state;  ///< the provider's own word: `undelivered`
  std::string to;              ///< E.164 with `+`; "" when not told
  std::string business_id;
  std::optional<Timestamp> at;  ///< the provider's, to the second
  /// failed: the provider's code (see provider_codes.hpp) and its words, sanitised. "" otherwise.
  std::string error_code;
  std::string error_text;
};

/// A person has stopped or resumed a category of messages in the provider's own settings.
struct PreferenceChange {
  std::string address;   ///< E.164 with `+`
  std::string category;  ///< `marketing_messages`
  bool stopped = true;
  std::optional<Timestamp> at;
  std::string business_id;
};

/// News of the account itself: a number's quality, a template's status, a restriction.
struct AccountNotice {
  std::string business_id;
  std::string field;    ///< `phone_number_quality_update`, `message_template_status_update`, …
  std::string event;    ///< `FLAGGED`, `APPROVED`, `PAUSED`, …; "" when it has none
  std::string subject;  ///< which template, number or error code; "" when not told
};

/// One thing that a delivery tells. `index` counts all things of the delivery, bad ones too, from 0, in the
/// order of the body.
struct WebhookItem {
  std::size_t index = 0;
  std::variant<InboundMessage, DeliveryReport, PreferenceChange, AccountNotice> what;
};

/// One thing that could not be understood, and why: missing_id, missing_sender, missing_status,
/// unknown_status, unknown_channel, wrong_type, too_many, unknown_form, not_json, not_an_envelope, too_large.
struct RejectedItem {
  std::size_t index = 0;
  std::string reason;
};

/// A delivery taken apart: a bad item loses only itself.
struct Delivery {
  std::vector<WebhookItem> items;
  std::vector<RejectedItem> rejected;
};

/// Largest body and most items that are read; what lies beyond is rejected.
inline constexpr std::size_t webhook_body_limit = 3u << 20;
inline constexpr std::size_t webhook_item_limit = 1'000;

/// A form of Twilio: one message or one status report. `url` is that of the request: its query may carry the
/// token.
Delivery parse_twilio(std::string_view url, std::string_view body);
/// A delivery of the WhatsApp Business Platform. Lone surrogates and bytes that are no UTF-8 become U+FFFD
/// and spoil nothing else.
Delivery parse_meta(std::string_view body);

}  // namespace atlas
