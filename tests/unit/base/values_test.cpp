// Errors, ids, time, money: the values that everything else is made of.

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/id.hpp"
#include "atlas/json.hpp"
#include "atlas/money.hpp"
#include "atlas/time.hpp"

namespace {

using namespace atlas;
using atlas::add;

template <typename F>
ErrorCode code_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.code();
  }
  return ErrorCode::ok;
}

class HandClock : public Clock {
 public:
  explicit HandClock(std::int64_t ms) : ms_(ms) {}
  Timestamp now() override { return {ms_ * micros_per_ms}; }
  std::int64_t monotonic_ns() override { return 0; }
  void set(std::int64_t ms) { ms_ = ms; }

 private:
  std::int64_t ms_;
};

class CountingEntropy : public Entropy {
 public:
  explicit CountingEntropy(int fixed = -1) : fixed_(fixed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(fixed_ >= 0 ? fixed_ : next_++ * 167 + 13);
  }

 private:
  int fixed_, next_ = 0;
};

std::int64_t ms_of(const Uuid& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
  return ms;
}

// ---- errors
// -------------------------------------------------------------------------------------------------

TEST_CASE("the error table is closed, ordered and complete") {
  const auto table = error_table();
  REQUIRE(table.size() == 36);
  std::set<std::string_view> texts;
  int last = -1;
  for (const ErrorInfo& row : table) {
    CHECK(static_cast<int>(row.code) > last);
    last = static_cast<int>(row.code);
    CHECK(texts.insert(row.text).second);
    CHECK(row.http >= 200);
    CHECK(row.http < 600);
    CHECK(row.advice.ends_with('.'));
    CHECK(&error_info(row.code) == &row);
  }
  // The contract's numbers, by hand.
  struct Expected {
    int number, http;
    std::string_view text;
  };
  for (const Expected& e : {Expected{1, 400, "invalid_argument"},
                            Expected{2, 401, "unauthenticated"},
                            Expected{3, 403, "forbidden"},
                            Expected{4, 404, "not_found"},
                            Expected{5, 409, "conflict"},
                            Expected{6, 403, "feature_disabled"},
                            Expected{7, 403, "quota_exceeded"},
                            Expected{8, 429, "rate_limited"},
                            Expected{20, 422, "consent_missing"},
                            Expected{21, 422, "consent_withdrawn"},
                            Expected{22, 422, "consent_expired"},
                            Expected{23, 422, "objected"},
                            Expected{24, 422, "outside_session_window"},
                            Expected{25, 422, "frequency_cap"},
                            Expected{26, 422, "template_invalid"},
                            Expected{30, 409, "transition_not_allowed"},
                            Expected{31, 422, "guard_failed"},
                            Expected{32, 422, "fields_missing"},
                            Expected{33, 422, "definition_invalid"},
                            Expected{40, 503, "storage_busy"},
                            Expected{41, 503, "storage_conflict"},
                            Expected{42, 503, "storage_unavailable"},
                            Expected{43, 507, "storage_full"},
                            Expected{44, 503, "storage_read_only"},
                            Expected{45, 500, "storage_io"},
                            Expected{46, 500, "storage_corrupt"},
                            Expected{47, 500, "storage_wrong_key"},
                            Expected{48, 500, "storage_not_a_store"},
                            Expected{49, 500, "storage_newer_version"},
                            Expected{50, 500, "storage_needs_migration"},
                            Expected{60, 409, "batch_aborted"},
                            Expected{61, 501, "not_supported"},
                            Expected{62, 499, "cancelled"},
                            Expected{99, 500, "internal"}}) {
    const ErrorInfo& row = error_info(static_cast<ErrorCode>(e.number));
    CHECK(row.text == e.text);
    CHECK(row.http == e.http);
  }
  for (const int unknown : {-1, 9, 10, 19, 34, 64, 98, 100, 1 << 30})
    CHECK(error_info(static_cast<ErrorCode>(unknown)).code == ErrorCode::internal);
}

TEST_CASE("an error carries fields and details and says itself as JSON") {
  Error e = Error(ErrorCode::invalid_argument, "2 fields are \"wrong\"")
                .field("/phone", field_code::not_a_phone_number, "not a number")
                .field("/a~1b", field_code::required, "needed")
                .with("reason", "because\n")
                .with("count", std::int64_t{-7})
                .with_json("possible", R"(["A","B"])")
                .with("count", std::int64_t{8});
  e.set_correlation_id("c-1");
  CHECK(e.what() == e.message());
  CHECK(e.detail("count") == "8");
  CHECK_FALSE(e.detail("absent"));
  CHECK(nlohmann::json::parse(e.to_json()) == nlohmann::json::parse(R"({
    "code": "invalid_argument", "message": "2 fields are \"wrong\"", "correlation_id": "c-1",
    "details": {"fields": [{"path": "/phone", "code": "not_a_phone_number", "message": "not a number"},
                           {"path": "/a~1b", "code": "required", "message": "needed"}],
                "reason": "because\n", "count": 8, "possible": ["A", "B"]}})"));
  CHECK(Error(ErrorCode::not_found, "gone").to_json() ==
        R"({"code":"not_found","message":"gone","details":{}})");
  const Error several =
      Error(ErrorCode::fields_missing, "2 fields").fields({{"/a", "required", "x"}, {"/b", "required", "y"}});
  REQUIRE(several.fields().size() == 2);
  CHECK(several.fields()[1].path == "/b");
  // Bytes that are no text never make the object unreadable.
  CHECK(nlohmann::json::accept(Error(ErrorCode::internal, "\xff").with("x", "\xc3").to_json()));
}

// ---- ids
// ----------------------------------------------------------------------------------------------------

TEST_CASE("ids are read and written in one form") {
  const auto id = parse_uuid("0190163D-8694-739B-AEA5-966C26F8AD91");
  REQUIRE(id);
  CHECK(format_uuid(*id) == "0190163d-8694-739b-aea5-966c26f8ad91");
  CHECK(uuid_from_bytes(id->view()) == *id);
  CHECK(Uuid{}.is_nil());
  CHECK_FALSE(id->is_nil());
  for (const char* bad : {"", "0190163d8694739baea5966c26f8ad91", "{0190163d-8694-739b-aea5-966c26f8ad91}",
                          "0190163d-8694-739b-aea5-966c26f8ad9", "0190163d-8694-739b-aea5-966c26f8ad911",
                          "0190163d-8694-739b-aea5_966c26f8ad91", "0190163d-8694-739b-aea5-966c26f8adg1",
                          "01901-63d8694-739b-aea5-966c26f8ad91", " 190163d-8694-739b-aea5-966c26f8ad91"})
    CHECK_FALSE(parse_uuid(bad));
  CHECK(code_of([] { uuid_from_bytes("short"); }) == ErrorCode::storage_corrupt);
}

TEST_CASE("UUIDv7 has its layout and only grows, whatever the clock does") {
  HandClock clock(1'700'000'000'123);
  CountingEntropy entropy;
  UuidGenerator generator(clock, entropy);
  Uuid last = generator.next();
  CHECK(ms_of(last) == 1'700'000'000'123);
  std::mt19937 random(7);  // fixed: the run can be repeated
  std::int64_t ms = 1'700'000'000'123;
  for (int i = 0; i < 20'000; ++i) {
    ms += static_cast<std::int64_t>(random() % 7) - 3;
    if (random() % 1000 == 0) ms -= 3'600'000;
    clock.set(ms);
    const Uuid id = generator.next();
    REQUIRE(id > last);
    REQUIRE(id.bytes[6] >> 4 == 7);
    REQUIRE(id.bytes[8] >> 6 == 2);
    REQUIRE(parse_uuid(format_uuid(id)) == id);
    last = id;
  }
}

TEST_CASE("a standing clock never exhausts the ids of its millisecond") {
  HandClock clock(5'000);
  CountingEntropy high(0xff);
  UuidGenerator generator(clock, high);
  Uuid last = generator.next();
  for (int i = 0; i < 300'000; ++i) {
    const Uuid id = generator.next();
    if (!(id > last)) FAIL("not increasing at " << i);
    last = id;
  }
  // 131,072 a millisecond at least: it ran ahead by no more than that asks for.
  CHECK(ms_of(last) > 5'000);
  CHECK(ms_of(last) <= 5'003);
  clock.set(-10'000);  // before 1970
  CHECK(generator.next() > last);
  HandClock early(-10'000);
  CHECK_FALSE(UuidGenerator(early, high).next().is_nil());
}

TEST_CASE("ids of many threads are all different and each thread's grow") {
  UuidGenerator generator(system_clock(), system_entropy());
  std::vector<std::vector<Uuid>> made(4);
  std::vector<std::thread> threads;
  for (auto& own : made)
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) own.push_back(generator.next());
    });
  for (auto& t : threads) t.join();
  std::set<Uuid> all;
  for (const auto& own : made) {
    CHECK(std::is_sorted(own.begin(), own.end()));
    all.insert(own.begin(), own.end());
  }
  CHECK(all.size() == 20'000);
}

TEST_CASE("the system's entropy fills all it is asked for") {
  std::array<std::uint8_t, 64> a{}, b{};
  system_entropy().fill(a);
  system_entropy().fill(b);
  CHECK(a != b);
  CHECK(std::count(a.begin(), a.end(), 0) < 16);
  system_entropy().fill({});
}

// ---- time
// ---------------------------------------------------------------------------------------------------

TEST_CASE("RFC 3339 is read strictly and written in one form") {
  const auto text = [](std::string_view in) {
    const auto t = parse_timestamp(in);
    return t ? format_timestamp(*t) : "refused";
  };
  CHECK(parse_timestamp("1970-01-01T00:00:00Z") == Timestamp{0});
  CHECK(parse_timestamp("2026-11-22T09:30:00.5+01:00") == Timestamp{1'795'336'200'500'000});
  CHECK(text("2026-11-22T09:30:00Z") == "2026-11-22T09:30:00.000000Z");
  CHECK(text("2026-11-22t09:30:00.123456z") == "2026-11-22T09:30:00.123456Z");
  CHECK(text("2026-01-01T00:30:00+01:00") == "2025-12-31T23:30:00.000000Z");
  CHECK(text("2024-02-29T23:59:59.999999-00:00") == "2024-02-29T23:59:59.999999Z");
  CHECK(text("1969-12-31T23:59:59.999999Z") == "1969-12-31T23:59:59.999999Z");
  CHECK(text("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00.000000Z");
  CHECK(text("9999-12-31T23:59:59.999999Z") == "9999-12-31T23:59:59.999999Z");
  CHECK(text("9999-12-31T23:59:59+23:59") == "9999-12-31T00:00:59.000000Z");
  for (const char* bad : {"",
                          "2026-11-22",
                          "2026-11-22T09:30:00",
                          "2026-11-22 09:30:00Z",
                          "2026-11-22T09:30Z",
                          "2026-11-22T24:00:00Z",
                          "2026-11-22T23:60:00Z",
                          "2026-12-31T23:59:60Z",
                          "2023-02-29T00:00:00Z",
                          "2100-02-29T00:00:00Z",
                          "2026-13-01T00:00:00Z",
                          "2026-00-01T00:00:00Z",
                          "2026-01-00T00:00:00Z",
                          "2026-04-31T00:00:00Z",
                          "0000-01-01T00:00:00Z",
                          "0001-01-01T00:00:00+00:01",
                          "9999-12-31T23:59:59-00:01",
                          "2026-11-22T09:30:00.Z",
                          "2026-11-22T09:30:00.1234567Z",
                          "2026-11-22T09:30:00,5Z",
                          "2026-11-22T09:30:00+1:00",
                          "2026-11-22T09:30:00+0100",
                          "2026-11-22T09:30:00+24:00",
                          "2026-11-22T09:30:00+00:60",
                          "2026-11-22T09:30:00Z ",
                          " 2026-11-22T09:30:00Z",
                          "2026-11-22T09:30:00ZZ",
                          "-026-11-22T09:30:00Z",
                          "2026-11-22T09:30:00.5",
                          "2026-11-22T09:30:00.123456+01:0",
                          "12026-11-22T09:30:00Z",
                          "2026-11-22T+9:30:00Z"})
    CHECK(text(bad) == "refused");
  CHECK_FALSE(parse_timestamp(std::string_view("2026-11-22T09:30:00\0", 20)));
}

TEST_CASE("every day of the calendar reads back, and days follow one another") {
  Date expected = make_date(1, 1, 1);
  const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  char text[40];
  for (int y = 1; y <= 9999; ++y) {
    // Every day around the leap rules and our own time, the month's ends elsewhere.
    const bool whole = y % 100 == 0 || (y > 1960 && y < 2050);
    for (unsigned m = 1; m <= 12; ++m) {
      const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
      const unsigned length = m == 2 && leap ? 29 : lengths[m - 1];
      for (unsigned d = 1; d <= length; d += whole ? 1 : length - 1) {
        std::snprintf(text, sizeof text, "%04d-%02u-%02u", y, m, d);
        const auto date = parse_date(text);
        const bool right =
            date && date->days == expected.days + static_cast<int>(d) - 1 && format_date(*date) == text;
        if (!right) FAIL(text);
      }
      std::snprintf(text, sizeof text, "%04d-%02u-%02u", y, m, length + 1);
      if (parse_date(text)) FAIL(text);
      expected.days += static_cast<int>(length);
    }
  }
  CHECK(format_date(Date{0}) == "1970-01-01");
  CHECK(make_date(2000, 3, 1).days == 11'017);
  for (const char* bad : {"", "2026-1-1", "26-01-01", "2026/01/01", "2026-01-01 ", "20260101", "+026-01-01"})
    CHECK_FALSE(parse_date(bad));
}

TEST_CASE("instants out of range are refused, not written wrong") {
  for (const std::int64_t bad :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    CHECK(code_of([&] { format_timestamp({bad}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { format_date({-1'000'000}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { format_date({3'000'000}); }) == ErrorCode::invalid_argument);
}

TEST_CASE("random instants read back") {
  std::mt19937_64 random(11);
  const std::int64_t low = parse_timestamp("0001-01-01T00:00:00Z")->micros;
  const std::int64_t high = parse_timestamp("9999-12-31T23:59:59.999999Z")->micros;
  std::uniform_int_distribution<std::int64_t> any(low, high);
  for (int i = 0; i < 20'000; ++i) {
    const Timestamp t{any(random)};
    REQUIRE(parse_timestamp(format_timestamp(t)) == t);
  }
}

TEST_CASE("durations have a fixed length or are refused") {
  CHECK(parse_duration("PT45M") == 45 * micros_per_minute);
  CHECK(parse_duration("P1DT2H") == micros_per_day + 2 * micros_per_hour);
  CHECK(parse_duration("PT0.5S") == 500'000);
  CHECK(parse_duration("PT0.000001S") == 1);
  CHECK(parse_duration("P2W") == 14 * micros_per_day);
  CHECK(parse_duration("P0D") == 0);
  CHECK(parse_duration("P1DT1H1M1.000001S") == micros_per_day + 3'661 * micros_per_second + 1);
  CHECK(parse_duration("PT36H") == 36 * micros_per_hour);
  CHECK(parse_duration("P3652058D"));
  for (const char* bad : {"",
                          "P",
                          "PT",
                          "P1DT",
                          "1D",
                          "PT45",
                          "P1Y",
                          "P1M",
                          "P1YT1H",
                          "PT1M1H",
                          "PT1H1H",
                          "P1H",
                          "PT1D",
                          "PT-5M",
                          "-PT5M",
                          "+PT5M",
                          "pt5m",
                          "PT1.5M",
                          "PT.5S",
                          "PT1.S",
                          "PT1.1234567S",
                          "P1W1D",
                          "P1DT1W",
                          "PT5M ",
                          "PT5 M",
                          "PTT5M",
                          "P99999999D",
                          "PT99999999999999999999S",
                          "PT9223372036854775807S",
                          "P1WT1H"})
    CHECK_FALSE(parse_duration(bad));
}

TEST_CASE("time zones are those of the IANA, with their rules") {
  for (const char* good : {"Africa/Casablanca", "Europe/Paris", "Indian/Reunion", "America/Martinique", "UTC",
                           "Etc/GMT+5", "Pacific/Noumea", "America/Argentina/Buenos_Aires"})
    CHECK(is_time_zone(good));
  for (const char* bad : {"", "Paris", "GMT+3", "GMT+03:00", "PST", "ECT", "Etc/Unknown", "europe/paris",
                          "Europe/Paris ", "Europe/../Paris", "Éurope/Paris"})
    CHECK_FALSE(is_time_zone(bad));
  CHECK_FALSE(is_time_zone(std::string(10'000, 'A')));
  const auto offset = [](const char* zone, const char* at) {
    return utc_offset_seconds(zone, *parse_timestamp(at));
  };
  CHECK(offset("Europe/Paris", "2026-01-15T12:00:00Z") == 3'600);
  CHECK(offset("Europe/Paris", "2026-07-15T12:00:00Z") == 7'200);
  // The change itself: 2026-03-29 at 01:00 UTC.
  CHECK(offset("Europe/Paris", "2026-03-29T00:59:59.999999Z") == 3'600);
  CHECK(offset("Europe/Paris", "2026-03-29T01:00:00Z") == 7'200);
  // Morocco goes back an hour in Ramadan (2024: 10 March to 14 April).
  CHECK(offset("Africa/Casablanca", "2024-02-15T12:00:00Z") == 3'600);
  CHECK(offset("Africa/Casablanca", "2024-03-20T12:00:00Z") == 0);
  CHECK(offset("Indian/Reunion", "2026-07-15T12:00:00Z") == 14'400);
  CHECK(code_of([] { utc_offset_seconds("Nowhere/Here", {}); }) == ErrorCode::invalid_argument);
}

TEST_CASE("the machine's clocks run") {
  const auto before = system_clock().monotonic_ns();
  CHECK(system_clock().now() > *parse_timestamp("2024-01-01T00:00:00Z"));
  CHECK(system_clock().monotonic_ns() >= before);
}

// ---- money
// --------------------------------------------------------------------------------------------------

TEST_CASE("currencies are the active ones with their minor units") {
  CHECK(currency_exponent("MAD") == 2);
  CHECK(currency_exponent("EUR") == 2);
  CHECK(currency_exponent("JPY") == 0);
  CHECK(currency_exponent("XOF") == 0);
  CHECK(currency_exponent("TND") == 3);
  CHECK(currency_exponent("KWD") == 3);
  CHECK(currency_exponent("CLF") == 4);
  CHECK(currency_exponent("MGA") == 2);
  int active = 0;
  std::string code = "AAA";
  for (code[0] = 'A'; code[0] <= 'Z'; ++code[0])
    for (code[1] = 'A'; code[1] <= 'Z'; ++code[1])
      for (code[2] = 'A'; code[2] <= 'Z'; ++code[2]) active += currency_exponent(code).has_value() ? 1 : 0;
  CHECK(active == 164);
  for (const char* bad : {"", "M", "mad", "MADX", "XXX", "XAU", "XTS", "FRF", "HRK", "ZWL", "DEM"})
    CHECK_FALSE(parse_currency(bad));
  CHECK(parse_currency("MAD")->view() == "MAD");
  CHECK(Currency{}.view() == "XXX");
}

TEST_CASE("money adds exactly, within one currency and its range") {
  const Currency mad = *parse_currency("MAD"), eur = *parse_currency("EUR");
  CHECK(add({150, mad}, {-151, mad}) == Money{-1, mad});
  CHECK(add({max_money - 1, mad}, {1, mad}) == Money{max_money, mad});
  CHECK(add({1 - max_money, mad}, {-1, mad}) == Money{-max_money, mad});
  CHECK(code_of([&] { add({1, mad}, {1, eur}); }) == ErrorCode::conflict);
  CHECK(code_of([&] { add({max_money, mad}, {1, mad}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { add({-max_money, mad}, {-1, mad}); }) == ErrorCode::invalid_argument);
  constexpr auto huge = std::numeric_limits<std::int64_t>::max();
  CHECK(code_of([&] { add({huge, mad}, {huge, mad}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          add({std::numeric_limits<std::int64_t>::min(), mad}, {-1, mad});
        }) == ErrorCode::invalid_argument);
}

TEST_CASE("money is written with the digits of its currency") {
  const auto text = [](std::int64_t amount, const char* currency) {
    return format_money({amount, *parse_currency(currency)});
  };
  CHECK(text(185'000'000, "MAD") == "1850000.00 MAD");
  CHECK(text(5, "EUR") == "0.05 EUR");
  CHECK(text(-5, "EUR") == "-0.05 EUR");
  CHECK(text(-123'456, "EUR") == "-1234.56 EUR");
  CHECK(text(0, "TND") == "0.000 TND");
  CHECK(text(1'234, "JPY") == "1234 JPY");
  CHECK(text(-max_money, "KWD") == "-999999999999.999 KWD");
  CHECK(format_money({std::numeric_limits<std::int64_t>::min(), *parse_currency("JPY")}) ==
        "-9223372036854775808 JPY");
}

TEST_CASE("decimals are exact") {
  const auto units = [](std::string_view text, int scale) -> std::optional<std::int64_t> {
    const auto d = parse_decimal(text, scale);
    return d ? std::optional(d->units) : std::nullopt;
  };
  CHECK(units("85", 2) == 8'500);
  CHECK(units("85.5", 2) == 8'550);
  CHECK(units("85.50", 2) == 8'550);
  CHECK(units("-7.6", 7) == -76'000'000);
  CHECK(units("33.5731104", 7) == 335'731'104);
  CHECK(units("0", 0) == 0);
  CHECK(units("-0.00", 2) == 0);
  CHECK(units("999999999999999", 0) == 999'999'999'999'999);
  CHECK(units("99999999999", 7) == 999'999'999'990'000'000);
  for (const char* bad : {"",
                          "-",
                          ".",
                          ".5",
                          "5.",
                          "+5",
                          "05",
                          "00",
                          "1e2",
                          "1E2",
                          "1,5",
                          " 1",
                          "1 ",
                          "--1",
                          "1.2.3",
                          "0x10",
                          "NaN",
                          "inf",
                          "85.555",
                          "1-2",
                          "1.-2",
                          "٨٥",
                          "1000000000000000"})
    CHECK_FALSE(parse_decimal(bad, 2));
  CHECK_FALSE(parse_decimal("1.5", 0));
  CHECK_FALSE(parse_decimal("999999999999", 7));  // its units would pass 10^18
  CHECK_FALSE(parse_decimal("1", 16));
  CHECK_FALSE(parse_decimal("1", -1));
  CHECK(format_decimal({8'550}, 2) == "85.5");
  CHECK(format_decimal({8'500}, 2) == "85");
  CHECK(format_decimal({-5}, 2) == "-0.05");
  CHECK(format_decimal({0}, 7) == "0");
  CHECK(format_decimal({1'000}, 0) == "1000");
  CHECK(format_decimal({-76'000'000}, 7) == "-7.6");
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const int scale = static_cast<int>(random() % 8);
    const Decimal d{static_cast<std::int64_t>(random() % 1'999'999'999'999'999) - 999'999'999'999'999};
    const auto back = parse_decimal(format_decimal(d, scale), scale);
    REQUIRE(back == d);
  }
}

}  // namespace
