#include "meta_contents.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "atlas/crypto.hpp"

namespace atlas::meta {
namespace {

constexpr std::array<std::string_view, 13> types{"text",  "button",   "interactive", "reaction", "image",
                                                 "video", "audio",    "document",    "sticker",  "location",
                                                 "order", "contacts", "system"};
constexpr std::array<std::string_view, 5> media_types{"image", "video", "audio", "document", "sticker"};
constexpr std::size_t contact_limit = 20;

/// As told, or from base64, as lower-case hexadecimal.
std::string sha256_text(const std::string& told) {
  if (const auto bytes = unhex(told); bytes && bytes->size() == 32) return hex(*bytes);
  if (const auto bytes = unbase64(told); bytes && bytes->size() == 32) return hex(*bytes);
  return {};
}

/// A number as it is written; text when it reads as one.
std::string decimal(const Object& value, const char* name) {
  const Object& m = member(value, name);
  if (m.is_number()) return m.dump();
  const std::string told = line(value, name, 32);
  double parsed = 0;
  const auto [end, error] = std::from_chars(told.data(), told.data() + told.size(), parsed);
  return error == std::errc() && end == told.data() + told.size() ? told : std::string();
}

void read_media(const Object& media, InboundMessage& out) {
  out.text = text(media, "caption");
  InboundMedia m;
  m.reference = line(media, "id");
  m.media_type = line(media, "mime_type");
  m.sha256 = sha256_text(line(media, "sha256"));
  m.file_name = line(media, "filename");
  if (const Object& size = member(media, "file_size"); size.is_number_unsigned())
    m.size = static_cast<std::int64_t>(std::min<std::uint64_t>(size.get<std::uint64_t>(), 1ull << 40));
  if (!m.reference.empty()) out.media.push_back(std::move(m));
}

void read_interactive(const Object& interactive, InboundMessage& out) {
  for (const char* kind : {"button_reply", "list_reply"}) {
    const Object& reply = member(interactive, kind);
    if (!reply.is_object()) continue;
    out.text = text(reply, "title");
    out.reply_id = line(reply, "id");
  }
  if (const Object& flow = member(interactive, "nfm_reply"); flow.is_object()) {
    out.text = text(flow, "body");
    out.reply_id = line(flow, "name");
  }
}

std::string names_of(const Object& contacts) {
  std::string names;
  if (!contacts.is_array()) return names;
  for (std::size_t i = 0; i < std::min(contacts.size(), contact_limit); ++i) {
    const std::string name = line(member(contacts[i], "name"), "formatted_name");
    if (name.empty()) continue;
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

}  // namespace

const Object& member(const Object& value, const char* name) {
  static const Object nothing;
  if (!value.is_object()) return nothing;
  const auto it = value.find(name);
  return it == value.end() ? nothing : *it;
}

std::string line(const Object& value, const char* name, std::size_t limit) {
  const Object& m = member(value, name);
  return m.is_string() ? cleaned_line(m.get_ref<const std::string&>(), limit) : std::string();
}

std::string text(const Object& value, const char* name) {
  const Object& m = member(value, name);
  return m.is_string() ? cleaned(m.get_ref<const std::string&>(), longest_text) : std::string();
}

std::optional<Timestamp> seconds(const Object& value, const char* name) {
  constexpr std::int64_t end_of_time = 253'402'300'800;  // the year 10000
  const Object& m = member(value, name);
  std::int64_t told = 0;
  if (m.is_number_unsigned()) {
    const auto n = m.get<std::uint64_t>();
    if (n >= static_cast<std::uint64_t>(end_of_time)) return std::nullopt;
    told = static_cast<std::int64_t>(n);
  } else if (m.is_string()) {
    const std::string& s = m.get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), told);
    if (error != std::errc() || end != s.data() + s.size()) return std::nullopt;
  }
  if (told <= 0 || told >= end_of_time) return std::nullopt;
  return Timestamp{told * micros_per_second};
}

std::string e164(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const bool number = digits.size() >= 5 && digits.size() <= 15 &&
                      digits.find_first_not_of("0123456789") == std::string_view::npos;
  return number ? "+" + std::string(digits) : std::string();
}

void read_contents(const Object& message, InboundMessage& out) {
  out.provider_type = line(message, "type", 64);
  const bool known = std::find(types.begin(), types.end(), out.provider_type) != types.end();
  out.type = known ? out.provider_type : "unknown";
  const Object& context = member(message, "context");
  out.context_id = line(context, "id");
  for (const char* name : {"forwarded", "frequently_forwarded"}) {
    const Object& flag = member(context, name);
    if (flag.is_boolean() && flag.get<bool>()) out.forwarded = true;
  }
  if (!known) return;
  const Object& contents = member(message, out.type.c_str());
  if (std::find(media_types.begin(), media_types.end(), out.type) != media_types.end()) {
    read_media(contents, out);
  } else if (out.type == "text" || out.type == "system") {
    out.text = text(contents, "body");
  } else if (out.type == "button") {
    out.text = text(contents, "text");
    out.reply_id = line(contents, "payload");
  } else if (out.type == "interactive") {
    read_interactive(contents, out);
  } else if (out.type == "reaction") {
    out.text = text(contents, "emoji");
    out.context_id = line(contents, "message_id");
  } else if (out.type == "location") {
    out.latitude = decimal(contents, "latitude");
    out.longitude = decimal(contents, "longitude");
    out.text = text(contents, "name");
    if (out.text.empty()) out.text = text(contents, "address");
  } else if (out.type == "contacts") {
    out.text = names_of(contents);
  } else if (out.type == "order") {
    out.text = text(contents, "text");
  }
}

}  // namespace atlas::meta
