#include "flatten.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_depth = 64;

// nlohmann gives the token with the decimal point of the host's locale.
void restore_point(std::string& token) {
  for (char& c : token) {
    const bool part = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e' || c == 'E';
    if (!part) c = '.';
  }
}

}  // namespace

// A reader of nlohmann's events; each answers whether to go on.
class FlatteningReader {
 public:
  FlatteningReader(Flattened& out, const ReaderLimits& limits) : out_(out), limits_(limits) {}

  bool null() { return frames_.empty() ? refuse(record_reason::not_an_object) : pass(); }
  bool boolean(bool v) { return value(v ? "true" : "false", false); }
  bool number_integer(std::int64_t v) { return value(std::to_string(v), true); }
  bool number_unsigned(std::uint64_t v) { return value(std::to_string(v), true); }
  bool number_float(double, const std::string& token) {
    std::string text = token;
    restore_point(text);
    return value(text, true);
  }
  bool string(std::string& v) { return value(v, false); }
  bool binary(Json::binary_t&) { return false; }  // no text makes one
  bool start_object(std::size_t) { return start(false); }
  bool start_array(std::size_t) {
    return frames_.empty() ? refuse(record_reason::not_an_object) : start(true);
  }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool key(std::string& name) {
    Frame& f = frames_.back();
    path_.resize(f.path);
    if (f.path > 0) path_.push_back('.');
    path_.append(name);
    ++group_;
    // Paths as long as the record, time and again, would cost its square.
    return path_.size() <= max_path || refuse(record_reason::cell_too_long);
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return refuse(record_reason::not_json);
  }

  std::string_view refused() const { return refused_; }

 private:
  static constexpr std::size_t max_path = 1'024;
  struct Frame {
    bool array;
    std::size_t path;       // length of the container's own path
    std::size_t index = 0;  // array: elements seen
    std::size_t group = 0;
  };

  bool refuse(std::string_view reason) {
    refused_ = reason;
    return false;
  }

  bool pass() {
    if (frames_.back().array) ++frames_.back().index;
    return true;
  }

  bool start(bool array) {
    if (frames_.size() >= max_depth) return refuse(record_reason::too_deep);
    if (!frames_.empty() && frames_.back().array) {
      Frame& f = frames_.back();
      path_.resize(f.path);
      path_.push_back('.');
      path_.append(std::to_string(f.index++));
      if (path_.size() > max_path) return refuse(record_reason::cell_too_long);
    }
    frames_.push_back({.array = array, .path = path_.size(), .group = ++group_});
    return true;
  }

  bool end() {
    path_.resize(frames_.back().path);
    frames_.pop_back();
    return true;
  }

  bool value(std::string_view text, bool number) {
    if (frames_.empty()) return refuse(record_reason::not_an_object);
    Frame& f = frames_.back();
    if (f.array) {
      path_.resize(f.path);
      ++f.index;
    }
    if (out_.places_.size() >= limits_.columns) return refuse(record_reason::too_many_cells);
    if (text.size() > limits_.cell_bytes) return refuse(record_reason::cell_too_long);
    if (!text.empty() && std::memchr(text.data(), 0, text.size())) return refuse(record_reason::nul_byte);
    const std::size_t name = out_.bytes_.size();
    out_.bytes_.append(path_);
    const std::size_t at = out_.bytes_.size();
    out_.bytes_.append(text);
    out_.places_.push_back({.name = name,
                            .name_size = path_.size(),
                            .text = at,
                            .text_size = text.size(),
                            .group = f.array ? f.group : group_,
                            .is_number = number,
                            .is_element = f.array});
    return true;
  }

  Flattened& out_;
  const ReaderLimits& limits_;
  std::vector<Frame> frames_;
  std::string path_;
  std::size_t group_ = 0;
  std::string_view refused_;
};

std::string_view Flattened::read(std::string_view line, const ReaderLimits& limits) {
  bytes_.clear();
  places_.clear();
  cells_.clear();
  // nlohmann takes a NUL for the end of its input.
  if (std::memchr(line.data(), 0, line.size())) return record_reason::nul_byte;
  if (!is_utf8(line)) return record_reason::encoding;
  FlatteningReader reader(*this, limits);
  if (!Json::sax_parse(line.data(), line.data() + line.size(), &reader))
    return reader.refused().empty() ? record_reason::not_json : reader.refused();
  const std::string_view bytes = bytes_;
  for (const Place& p : places_)
    cells_.push_back({.name = bytes.substr(p.name, p.name_size),
                      .text = bytes.substr(p.text, p.text_size),
                      .is_number = p.is_number,
                      .is_element = p.is_element});
  // Two values of one path that are not elements of one array: which was meant is not known.
  order_.resize(cells_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  std::sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
    return cells_[a].name != cells_[b].name ? cells_[a].name < cells_[b].name
                                            : places_[a].group < places_[b].group;
  });
  for (std::size_t i = 1; i < order_.size(); ++i) {
    const std::size_t a = order_[i - 1], b = order_[i];
    if (cells_[a].name == cells_[b].name && places_[a].group != places_[b].group)
      return record_reason::duplicate_member;
  }
  return {};
}

}  // namespace atlas::imports
