#include "atlas/own_transports.hpp"

#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "atlas/json.hpp"
#ifdef ATLAS_WITH_HTTP
#include "atlas/providers.hpp"
#endif

namespace atlas {
namespace {

/// What was set; everything but the directory is of use with network transports only.
struct Settings {
  std::string directory, proxy, ca_file, meta_version = "v23.0";
  std::int64_t connect_timeout_ms = 10'000;
  bool allow_plain = false;
};

class Reader {
 public:
  Settings read(std::string_view text) {
    if (text.empty()) return {};
    const Json json = parse_json(text);
    if (!json.is_object()) throw Error(ErrorCode::invalid_argument, "settings are a JSON object");
    for (const auto& [name, value] : json.items()) read_one(name, value);
    if (!wrong_.empty())
      throw Error(ErrorCode::invalid_argument, "these settings of transports are wrong")
          .fields(std::move(wrong_));
    return std::move(settings_);
  }

 private:
  void read_one(const std::string& name, const Json& value) {
    constexpr std::int64_t longest_timeout_ms = 3'600'000;
    if (std::string* const text = text_of(name)) {
      if (value.is_string()) {
        *text = value.get<std::string>();
      } else {
        refuse(name, field_code::wrong_type, "a text is expected");
      }
    } else if (name == "allow_plain") {
      if (value.is_boolean()) {
        settings_.allow_plain = value.get<bool>();
      } else {
        refuse(name, field_code::wrong_type, "true or false is expected");
      }
    } else if (name == "connect_timeout_ms") {
      const std::int64_t ms = value.is_number_integer() ? value.get<std::int64_t>() : 0;
      if (ms >= 1 && ms <= longest_timeout_ms) {
        settings_.connect_timeout_ms = ms;
      } else {
        refuse(name, field_code::out_of_range, "1 to 3600000 is expected");
      }
    } else {
      refuse(name, field_code::unknown_member, "there is no such setting");
    }
  }

  std::string* text_of(std::string_view name) {
    if (name == "directory") return &settings_.directory;
    if (name == "proxy") return &settings_.proxy;
    if (name == "ca_file") return &settings_.ca_file;
    if (name == "meta_version") return &settings_.meta_version;
    return nullptr;
  }

  void refuse(const std::string& name, std::string_view code, std::string message) {
    wrong_.push_back({"/" + name, std::string(code), std::move(message)});
  }

  Settings settings_;
  std::vector<FieldError> wrong_;
};

}  // namespace

void add_own_transports(Transports& transports, std::string_view settings, std::shared_ptr<Clock> clock) {
  const Settings s = Reader().read(settings);
#ifdef ATLAS_WITH_HTTP
  ProviderOptions o;
  o.clock = clock;
  o.proxy = s.proxy;
  o.ca_file = s.ca_file;
  o.meta_version = s.meta_version;
  o.connect_timeout_ms = s.connect_timeout_ms;
  o.allow_plain = s.allow_plain;
  add_provider_transports(transports, o);
#else
  if (s.directory.empty()) throw Error(ErrorCode::not_supported, "this build has no network transports");
#endif
  if (!s.directory.empty()) transports.add("FILE", "", make_file_transport(s.directory, std::move(clock)));
}

}  // namespace atlas
