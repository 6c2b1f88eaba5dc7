// try: one pure function of the library over JSON lines. Input is hostile: every line is answered, whatever
// it is.

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "atlas/csv.hpp"
#include "atlas/json.hpp"
#include "atlas/matching.hpp"
#include "atlas/merkle.hpp"
#include "atlas/phone.hpp"
#include "atlas/photo_file.hpp"
#include "atlas/rule.hpp"
#include "atlas/text.hpp"
#include "atlas/webhook.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

constexpr unsigned json_depth = 512;
constexpr std::size_t guess_bytes = 64 * 1024;
constexpr std::size_t csv_limit = 256u << 20;

Error wrong(const std::string& member, std::string_view code, const std::string& message) {
  return Error(ErrorCode::invalid_argument, member + " " + message).field("/" + member, code, message);
}

const Json& member(const Json& in, const std::string& name) {
  const auto it = in.find(name);
  if (it == in.end()) throw wrong(name, field_code::required, "is missing");
  return *it;
}

const std::string& text_of(const Json& in, const std::string& name) {
  const Json& value = member(in, name);
  if (!value.is_string()) throw wrong(name, field_code::wrong_type, "is not a text");
  return value.get_ref<const std::string&>();
}

std::string bytes_of(const Json& in, const std::string& name) {
  auto bytes = unbase64(text_of(in, name));
  if (!bytes) throw wrong(name, field_code::wrong_type, "is not base64");
  return std::move(*bytes);
}

/// RFC 8259 and nothing more: names may be doubled, the last wins.
Json try_json(const Json& in) {
  const std::string text = bytes_of(in, "base64");
  const JsonLimits limits{.depth = json_depth, .size = line_limit, .refuse_duplicate_members = false};
  try {
    return {{"accepted", true}, {"text", parse_json(text, limits).dump()}};
  } catch (const Error&) {
    return {{"accepted", false}, {"text", nullptr}};
  }
}

Json try_phone(const Json& in) {
  const std::string& raw = text_of(in, "raw");
  std::string region = "ZZ";
  if (const auto it = in.find("region"); it != in.end() && !it->is_null()) region = text_of(in, "region");
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (region.size() != 2 || !is_letter(region[0]) || !is_letter(region[1])) {
    throw wrong("region", field_code::not_a_code, "is not an ISO 3166 code of two letters or ZZ");
  }
  for (char& c : region) c = static_cast<char>(c & ~0x20);
  const std::optional<Phone> phone = parse_phone(raw, region);
  if (!phone) return {{"valid", false}, {"e164", nullptr}, {"type", nullptr}, {"region", nullptr}};
  return {{"valid", true}, {"e164", phone->e164}, {"type", phone->type}, {"region", phone->region}};
}

/// Nothing when the number is no size: negative, or beyond 64 bits.
std::optional<std::uint64_t> size_of(const Json& in, const std::string& name) {
  const Json& value = member(in, name);
  if (!value.is_number()) throw wrong(name, field_code::wrong_type, "is not a number");
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

std::optional<Hash> to_hash(const std::string& text) {
  const auto bytes = unbase64(text);
  if (!bytes || bytes->size() != sizeof(Hash)) return std::nullopt;
  return hash_from_bytes(*bytes);
}

/// Nothing when one of them is no hash.
std::optional<std::vector<Hash>> hashes_of(const Json& in, const std::string& name) {
  const Json& value = member(in, name);
  if (!value.is_array()) throw wrong(name, field_code::wrong_type, "is not an array of texts");
  std::vector<Hash> hashes;
  bool all = true;
  for (const Json& item : value) {
    if (!item.is_string()) throw wrong(name, field_code::wrong_type, "is not an array of texts");
    const auto hash = to_hash(item.get_ref<const std::string&>());
    if (hash)
      hashes.push_back(*hash);
    else
      all = false;
  }
  if (!all) return std::nullopt;
  return hashes;
}

Json try_proof(const Json& in) {
  const std::string& kind = text_of(in, "proof_kind");
  const auto proof = hashes_of(in, "proof");
  bool valid = false;
  if (kind == "inclusion") {
    const auto index = size_of(in, "index"), size = size_of(in, "size");
    const auto root = to_hash(text_of(in, "root")), leaf = to_hash(text_of(in, "leaf_hash"));
    valid = proof && index && size && root && leaf &&
            merkle::verify_inclusion(*index, *size, *root, *leaf, *proof);
  } else if (kind == "consistency") {
    const auto size1 = size_of(in, "size1"), size2 = size_of(in, "size2");
    const auto root1 = to_hash(text_of(in, "root1")), root2 = to_hash(text_of(in, "root2"));
    valid = proof && size1 && size2 && root1 && root2 &&
            merkle::verify_consistency(*size1, *size2, *root1, *root2, *proof);
  } else {
    throw wrong("proof_kind", field_code::not_a_code, "is neither inclusion nor consistency");
  }
  return {{"valid", valid}};
}

/// A record under its header: missing cells are absent, those beyond it stand under "".
Json named(const std::vector<std::string>& header, const std::vector<std::string>& record) {
  Json row = Json::object();
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (i < header.size())
      row[header[i]] = record[i];
    else
      row[""].push_back(record[i]);
  }
  return row;
}

char separator_of(const Json& in, std::string_view bytes) {
  const auto it = in.find("separator");
  if (it == in.end() || it->is_null()) return guess_separator(bytes.substr(0, guess_bytes));
  const std::string& text = text_of(in, "separator");
  if (text.size() != 1 || text == "\"" || text == "\r" || text == "\n" ||
      static_cast<unsigned char>(text[0]) >= 0x80) {
    throw wrong("separator", field_code::wrong_type,
                "is not one ASCII character other than a quote or a line break");
  }
  return text[0];
}

Json try_csv(const Json& in) {
  const std::string bytes = bytes_of(in, "base64");
  bool with_header = false;
  if (const auto it = in.find("header"); it != in.end()) {
    if (!it->is_boolean()) throw wrong("header", field_code::wrong_type, "is not true or false");
    with_header = it->get<bool>();
  }
  if (!is_utf8(bytes)) throw wrong("base64", field_code::wrong_type, "is not UTF-8 inside");
  Json rows = Json::array();
  std::optional<std::vector<std::string>> header;
  std::size_t held = 0;
  CsvReader reader(separator_of(in, bytes), [&](std::size_t, const std::vector<std::string>& record) {
    if (with_header && !header) {
      header = record;
      return;
    }
    // A short row may name every column, so what is held can outgrow what was read.
    for (std::size_t i = 0; i < record.size(); ++i) {
      held += 64 + record[i].size() + (header && i < header->size() ? (*header)[i].size() : 0);
    }
    if (held > csv_limit) throw wrong("base64", field_code::too_long, "holds too many cells");
    rows.push_back(header ? named(*header, record) : Json(record));
  });
  reader.feed(bytes);
  reader.finish();
  return {{"rows", std::move(rows)}};
}

Json try_similarity(const Json& in) {
  std::string kind = text_of(in, "kind");
  if (kind == "name") kind = "full_name";
  if (kind == "address") kind = "street";
  const auto field = matching::parse_field_kind(kind);
  if (!field) throw wrong("kind", field_code::not_a_code, "is no kind of value");
  const matching::Similarity like = matching::similarity(*field, text_of(in, "a"), text_of(in, "b"));
  return {{"level", like.level}, {"score", like.score}};
}

Json try_rule(const Json& in) {
  const auto data = in.find("data");
  return {{"result", evaluate_rule(member(in, "rule"), data == in.end() ? Json() : *data)}};
}

/// The members of a form: a value is a text or a number as it is sent, or an array of such.
std::vector<NameValue> form_of(const Json& in) {
  const Json& params = member(in, "params");
  if (!params.is_object()) throw wrong("params", field_code::wrong_type, "is not an object");
  const auto sent = [](const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number() || value.is_boolean()) return value.dump();
    throw wrong("params", field_code::wrong_type, "holds a value that is no text");
  };
  std::vector<NameValue> form;
  for (const auto& [name, value] : params.items()) {
    if (!value.is_array()) {
      form.emplace_back(name, sent(value));
      continue;
    }
    for (const Json& each : value) form.emplace_back(name, sent(each));
  }
  return form;
}

Json try_signature(const Json& in) {
  const std::string& scheme = text_of(in, "scheme");
  const std::string& secret = text_of(in, "secret");
  if (scheme != "twilio" && scheme != "meta")
    throw wrong("scheme", field_code::not_a_code, "is neither twilio nor meta");
  const auto told = in.find("signature");
  const bool has_signature = told != in.end() && !told->is_null();
  const std::string signature = has_signature ? text_of(in, "signature") : std::string();
  const SigningSecrets secrets{secret, {}};
  const bool has_body = in.contains("body_base64");
  bool valid = false;
  if (scheme == "meta") {
    valid = verify_meta_body(secrets, bytes_of(in, "body_base64"), signature);
  } else if (has_body) {
    if (in.contains("params"))
      throw wrong("params", field_code::unknown_member, "does not go with body_base64");
    valid = verify_twilio_body(secrets, text_of(in, "url"), bytes_of(in, "body_base64"), signature);
  } else {
    valid = verify_twilio_form(secrets, text_of(in, "url"), form_of(in), signature);
  }
  return {{"valid", has_signature && valid}};
}

using Kind = Json (*)(const Json& in);

Kind kind_of(const std::string& name) {
  if (name == "json") return try_json;
  if (name == "phone") return try_phone;
  if (name == "proof") return try_proof;
  if (name == "csv") return try_csv;
  if (name == "rule") return try_rule;
  if (name == "similarity") return try_similarity;
  if (name == "signature") return try_signature;
  throw UsageError("try what? json, phone, proof, csv, rule, signature or photo");
}

std::string answer(Kind kind, const Line& line) {
  try {
    if (line.too_long)
      throw Error(ErrorCode::invalid_argument, "the line is too long").with("reason", "size");
    const Json in = parse_json(line.text, {.size = line_limit});
    if (!in.is_object()) throw Error(ErrorCode::invalid_argument, "a line is one JSON object");
    return kind(in).dump();
  } catch (const Error& error) {
    std::string json;
    JsonWriter(json)
        .begin_object()
        .key("error")
        .begin_object()
        .key("code")
        .string(error_info(error.code()).text)
        .key("message")
        .string(error.message())
        .end_object()
        .end_object();
    return json;
  }
}

std::string file_bytes(const std::string& name) {
  std::ifstream file;
  std::istream& in = name == "-" ? std::cin : (file.open(name, std::ios::binary), file);
  if (!in) throw Error(ErrorCode::not_found, "cannot open " + name);
  // A byte more than is read shows that there is too much.
  std::string bytes(PhotoLimits{}.bytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

int run_try_photos(Shell& shell, const std::vector<std::string>& files) {
  struct Seen {
    const std::string& file;
    std::uint64_t hash;
  };
  std::vector<Seen> seen;
  for (const std::string& file : files) {
    Json line{{"file", file}};
    try {
      const PhotoFacts facts = read_photo(file_bytes(file));
      line["format"] = to_string(facts.format);
      line["width"] = facts.width;
      line["height"] = facts.height;
      line["content_hash"] = facts.content_hash;
      line["perceptual_hash"] = nullptr;
      if (facts.perceptual_hash) {
        line["perceptual_hash"] = photo_hash_text(*facts.perceptual_hash);
        seen.push_back({file, *facts.perceptual_hash});
      }
    } catch (const Error& error) {
      line["error"] = {{"code", error_info(error.code()).text}, {"message", error.message()}};
    }
    shell.terminal.out.line(line.dump());
  }
  for (std::size_t i = 0; i < seen.size(); ++i)
    for (std::size_t j = i + 1; j < seen.size(); ++j) {
      const int distance = photo_distance(seen[i].hash, seen[j].hash);
      const Json line{{"a", seen[i].file},
                      {"b", seen[j].file},
                      {"distance", distance},
                      {"same", distance <= same_photo_distance}};
      shell.terminal.out.line(line.dump());
    }
  return done;
}

int run_try(Shell& shell, const std::string& kind, const std::string& file) {
  const Kind function = kind_of(kind);
  LineReader lines(file, shell.terminal.out);
  while (const auto line = lines.next()) shell.terminal.out.line(answer(function, *line));
  return done;
}

}  // namespace atlas::cli
