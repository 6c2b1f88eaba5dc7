#pragma once
// What the benchmarks share: clocks, a folder that goes away, a store of some size, tables and JSON.

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atlas/dossiers.hpp"
#include "atlas/duplicate_search.hpp"
#include "atlas/engine.hpp"
#include "atlas/organisations.hpp"

namespace atlas::bench {

/// Processor time of this process in µs; the machine may be busy with something else.
inline double cpu_us() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

inline double wall_us() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "atlas-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw Error(ErrorCode::storage_io, "no folder for the benchmark");
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Wall times of single calls.
class Latencies {
 public:
  void add(double us) { all_.push_back(us); }
  void add(const Latencies& more) { all_.insert(all_.end(), more.all_.begin(), more.all_.end()); }
  double at(double share) {
    if (all_.empty()) return 0;
    std::sort(all_.begin(), all_.end());
    const auto i = static_cast<std::size_t>(share * static_cast<double>(all_.size()));
    return all_[std::min(i, all_.size() - 1)];
  }

 private:
  std::vector<double> all_;
};

/// The n-th lead: names as they come, a telephone number and an address of its own.
inline dossiers::Create lead(std::int64_t n) {
  static constexpr const char* given[] = {"Yasmine", "Omar",  "Fatima Zahra", "Hélène",
                                          "Mehdi",   "Chloé", "Ahmed",        "Salma"};
  static constexpr const char* family[] = {"El Amrani", "Benjelloun", "Lefèvre", "Alaoui",
                                           "Tazi",      "Bennani",    "Moreau",  "Idrissi"};
  static constexpr const char* cities[] = {"Casablanca", "Rabat", "Marrakech", "Tanger", "Fès"};
  static constexpr const char* prefixes[] = {"0661", "0662", "0670", "0612", "0650"};
  // Spread over the whole range, each number once.
  const auto number = static_cast<unsigned>(n / 5 * 387'420'489 % 1'000'000);
  char phone[16], email[48];
  std::snprintf(phone, sizeof phone, "%s %02u %02u %02u", prefixes[n % 5], number / 10'000,
                number / 100 % 100, number % 100);
  std::snprintf(email, sizeof email, "%06x.contact%lld@example.ma",
                static_cast<unsigned>(n * 10'368'889 % 16'777'213), static_cast<long long>(n));
  dossiers::Create in;
  in.source_code = "LEAD_SOURCE_FORM";
  in.contact_name = std::string(given[n % 8]) + " " + family[n / 8 % 8];
  in.phone = phone;
  in.email = email;
  in.city = cities[n % 5];
  in.budget_max = Money{90'000'000 + n % 200 * 1'000'000, *parse_currency("MAD")};
  return in;
}

inline std::string lead_json(std::int64_t n) {
  const dossiers::Create in = lead(n);
  return R"({"source_code":")" + in.source_code + R"(","contact_name":")" + in.contact_name +
         R"(","phone":")" + *in.phone + R"(","email":")" + *in.email + R"(","city":")" + *in.city +
         R"(","budget_max":{"amount":)" + std::to_string(in.budget_max->amount) + R"(,"currency":"MAD"}})";
}

struct StoreSpec {
  std::int64_t size = 0;
  bool encrypted = false;
  bool searches = false;  ///< for duplicates of a new dossier; the C program looks for none
};

inline constexpr Key raw_key{7, 1, 9, 2, 8, 3};

inline Options options_of(const StoreSpec& spec, const std::string& path, Durability durability) {
  Options o;
  o.store = path;
  o.durability = durability;
  if (spec.encrypted) o.raw_key = raw_key;
  return o;
}

struct Agency {
  Uuid org, admin;
};

/// A new store with one organisation and the first `spec.size` leads.
inline Agency fill(const StoreSpec& spec, const std::string& path) {
  Engine engine(options_of(spec, path, Durability::fast));
  const auto created = engine.host_session().call(
      organisations::create, {.name = "Agence", .default_country = "MA", .admin_email = "admin@example.ma"});
  const Agency agency{created.organisation->id, created.admin_user_id};
  Session s = engine.session({.org = agency.org, .user = agency.admin});
  s.call(duplicates::configure, {.entity_kind = "dossier", .detects = spec.searches});
  for (std::int64_t n = 0; n < spec.size;) {
    s.batch([&](Session& b) {
      for (const std::int64_t end = std::min(spec.size, n + 1'000); n < end; ++n)
        b.call(dossiers::create, lead(n));
    });
  }
  return agency;
}

/// The store's file and what lies beside it.
inline void copy_files(const std::string& from, const std::string& to) {
  for (const char* suffix : {"", ".keys"}) {
    if (std::filesystem::exists(from + suffix)) std::filesystem::copy_file(from + suffix, to + suffix);
  }
}

/// Figures as a table for people, or as one JSON object for programs.
class Report {
 public:
  Report(std::string name, bool json) : name_(std::move(name)), json_(json) {}

  void title(const std::string& text) {
    if (!json_) std::printf("%s\n", text.c_str());
  }

  struct Figure {
    const char* name;
    double value;
    int digits = 2;
  };
  /// One line; a heading before it where the number of figures changes.
  void line(const std::string& label, const std::vector<Figure>& figures) {
    if (!json_) {
      if (figures.size() != columns_) {
        std::printf("%-58s", "");
        for (const Figure& f : figures) std::printf(" %12s", f.name);
        std::printf("\n");
        columns_ = figures.size();
      }
      std::printf("%-58s", label.c_str());
      for (const Figure& f : figures) std::printf(" %12.*f", f.digits, f.value);
      std::printf("\n");
      std::fflush(stdout);
      return;
    }
    text_ += text_.empty() ? "" : ",";
    text_ += R"({"what":")" + label + '"';
    for (const Figure& f : figures) {
      char number[64];
      std::snprintf(number, sizeof number, "%.4f", f.value);
      text_ += std::string(",\"") + f.name + "\":" + number;
    }
    text_ += '}';
  }

  ~Report() {
    if (json_) std::printf("{\"bench\":\"%s\",\"lines\":[%s]}\n", name_.c_str(), text_.c_str());
  }
  Report(const Report&) = delete;

 private:
  std::string name_;
  bool json_;
  std::size_t columns_ = 0;
  std::string text_;
};

/// --name value or --name.
class Arguments {
 public:
  Arguments(int argc, char** argv) : all_(argv + 1, argv + argc) {}
  bool has(const std::string& name) const { return std::find(all_.begin(), all_.end(), name) != all_.end(); }
  std::int64_t number(const std::string& name, std::int64_t otherwise) const {
    const auto at = std::find(all_.begin(), all_.end(), name);
    return at == all_.end() || at + 1 == all_.end() ? otherwise : std::atoll((at + 1)->c_str());
  }

 private:
  std::vector<std::string> all_;
};

}  // namespace atlas::bench
