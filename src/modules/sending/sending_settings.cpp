// What an organisation says of sending in its settings.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/sending_rules.hpp"

namespace atlas::sending {
namespace {

constexpr std::size_t most_caps = 16, most_hours = 64, most_announced = 200;
constexpr std::int64_t longest_cap_hours = 31 * 24, highest_cap = 1000;
constexpr std::string_view root = "/settings/sending";

/// Notes what cannot be used, with its place.
class Faults {
 public:
  explicit Faults(std::vector<FieldError>* errors) : errors_(errors) {}
  void add(const std::string& path, std::string_view code, const char* message) {
    if (errors_) errors_->push_back({std::string(root) + path, std::string(code), message});
  }

 private:
  std::vector<FieldError>* errors_;
};

/// A text member; "" where it is absent. False when it is something else.
bool read_text(const Json& object, const char* name, std::string& out) {
  const auto it = object.find(name);
  if (it == object.end()) return true;
  if (!it->is_string()) return false;
  out = it->get<std::string>();
  return true;
}

std::optional<std::int64_t> read_number(const Json& object, const char* name, std::int64_t least,
                                        std::int64_t most) {
  const auto it = object.find(name);
  if (it == object.end() || !it->is_number_integer()) return std::nullopt;
  // A huge unsigned number is negative here, and as much out of range.
  const auto n = it->get<std::int64_t>();
  return n < least || n > most ? std::nullopt : std::optional(n);
}

std::optional<Cap> read_cap(const Json& cap, const std::string& path, Faults& faults) {
  Cap out;
  const auto hours = read_number(cap, "hours", 1, longest_cap_hours);
  const auto most = read_number(cap, "most", 0, highest_cap);
  if (!read_text(cap, "purpose_code", out.purpose_code) || out.purpose_code.empty())
    faults.add(path + "/purpose_code", field_code::required, "a purpose, or \"*\"");
  else if (!hours)
    faults.add(path + "/hours", field_code::out_of_range, "1 to 744");
  else if (!most)
    faults.add(path + "/most", field_code::out_of_range, "0 to 1000");
  else
    return Cap{out.purpose_code, *hours, *most};
  return std::nullopt;
}

std::optional<OwnHours> read_hours(const Json& line, const std::string& path, Faults& faults) {
  OwnHours out;
  std::string hours;
  for (const auto& [name, text] :
       {std::pair{"country", &out.country}, std::pair{"channel_code", &out.channel_code},
        std::pair{"purpose_code", &out.purpose_code}, std::pair{"hours", &hours}}) {
    if (read_text(line, name, *text)) continue;
    faults.add(path + "/" + name, field_code::wrong_type, "a text");
    return std::nullopt;
  }
  if (auto read = read_week_hours(hours)) {
    out.hours = std::move(*read);
    return out;
  }
  faults.add(path + "/hours", field_code::out_of_range, "days and hours such as \"Mo-Fr 09:00-18:00\"");
  return std::nullopt;
}

std::optional<Announced> read_announced(const Json& line, const std::string& path, Faults& faults) {
  Announced out;
  std::string date;
  if (!read_text(line, "feast", out.feast) ||
      std::find(moon_feasts.begin(), moon_feasts.end(), out.feast) == moon_feasts.end()) {
    faults.add(path + "/feast", field_code::not_a_code, "moharram, mawlid, ramadan, fitr or adha");
    return std::nullopt;
  }
  const bool is_text = read_text(line, "date", date);
  const auto read = is_text ? parse_date(date) : std::nullopt;
  if (!read) {
    faults.add(path + "/date", field_code::not_a_date, "a date as YYYY-MM-DD");
    return std::nullopt;
  }
  out.date = *read;
  if (is_near_feast(out)) return out;
  faults.add(path + "/date", field_code::out_of_range, "no such feast is within three days of it");
  return std::nullopt;
}

/// Each element of the list `name` that `read` makes something of.
template <class T, class Read>
std::vector<T> read_list(const Json& sending, const char* name, std::size_t most, Faults& faults, Read read) {
  std::vector<T> out;
  const auto list = sending.find(name);
  if (list == sending.end()) return out;
  const std::string at = "/" + std::string(name);
  if (!list->is_array()) {
    faults.add(at, field_code::wrong_type, "a list");
    return out;
  }
  if (list->size() > most) faults.add(at, field_code::too_long, "too many lines");
  for (std::size_t i = 0; i < std::min(list->size(), most); ++i) {
    const std::string path = at + "/" + std::to_string(i);
    if (!(*list)[i].is_object())
      faults.add(path, field_code::wrong_type, "an object");
    else if (auto one = read((*list)[i], path, faults))
      out.push_back(std::move(*one));
  }
  return out;
}

}  // namespace

std::vector<Cap> default_caps() {
  return {{"CONSENT_MARKETING", 24, 2}, {"CONSENT_MARKETING", 7 * 24, 4}, {"*", 24, 20}};
}

std::vector<WeekHours> SendingSettings::hours_for(std::string_view country, std::string_view channel,
                                                  std::string_view purpose) const {
  const auto fits = [](const std::string& said, std::string_view asked) {
    return said.empty() || said == asked;
  };
  std::vector<WeekHours> out;
  for (const OwnHours& own : hours)
    if (fits(own.country, country) && fits(own.channel_code, channel) && fits(own.purpose_code, purpose))
      out.push_back(own.hours);
  return out;
}

SendingSettings settings_of(const std::string& settings, std::vector<FieldError>* errors) {
  SendingSettings out;
  if (settings.find("\"sending\"") == std::string::npos) return out;
  const Json all = Json::parse(settings, nullptr, false);
  const auto sending = all.is_object() ? all.find("sending") : all.end();
  if (!all.is_object() || sending == all.end()) return out;
  Faults faults(errors);
  if (!sending->is_object()) {
    faults.add("", field_code::wrong_type, "an object");
    return out;
  }
  auto caps = read_list<Cap>(*sending, "caps", most_caps, faults, read_cap);
  if (!caps.empty()) out.caps = std::move(caps);
  out.hours = read_list<OwnHours>(*sending, "hours", most_hours, faults, read_hours);
  out.moon = read_list<Announced>(*sending, "moon", most_announced, faults, read_announced);
  return out;
}

}  // namespace atlas::sending
