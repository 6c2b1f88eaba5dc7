#pragma once
// What the cases of the conformance suite are written with.

#include <cstdint>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/testing/conformance.hpp"

namespace atlas::testing {

/// A promise that was not kept.
struct CaseFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A case that does not concern the backend.
struct CaseSkipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool kept, std::string_view what, std::source_location where = std::source_location::current());
void skip_unless(bool concerned, std::string_view why);
/// `call` must throw an Error of this code; gives it back.
Error require_error(ErrorCode code, std::string_view what, FunctionRef<void()> call,
                    std::source_location where = std::source_location::current());

inline Value number(std::int64_t n) { return Value::integer(n); }
inline Value text(std::string_view s) { return Value::text(s); }
inline Value blob(std::string_view s) { return Value::blob(s); }
inline Value null() { return Value::null(); }

/// Ids whose order is the order of `n`.
Uuid numbered(std::uint64_t n);
/// The number again.
std::uint64_t number_of(const Value& id);

/// The organisations of the suite.
inline Uuid org_a() { return numbered(0xA0000001); }
inline Uuid org_b() { return numbered(0xB0000002); }

/// The tables that the cases work on, at each version of their schema.
std::span<const Migration> case_migrations();
inline constexpr int first_version = 1;  ///< What most cases use; the last is case_migrations().size().

/// Table `thing` of version 1, by column position.
namespace thing {
inline constexpr unsigned id = 0, kind = 1, rank = 2, score = 3, label = 4, note = 5, data = 6, columns = 7;
inline constexpr int by_rank = 0, by_kind = 1, by_score = 2, by_kind_score = 3, by_label = 4;
}  // namespace thing
/// Table `part`: parts of a thing, by (thing_id, position).
namespace part {
inline constexpr unsigned thing_id = 0, position = 1, amount = 2, tag = 3;
inline constexpr int by_tag = 0;
}  // namespace part
/// Directory table `entry`.
namespace entry {
inline constexpr unsigned name = 0, amount = 1, extra = 2;
inline constexpr int by_amount = 0, by_extra = 1;
}  // namespace entry

/// A row of `thing`.
struct Thing {
  std::uint64_t id = 0;
  std::string kind = "plain";
  std::int64_t rank = 0;
  std::optional<std::int64_t> score;
  std::optional<std::string> label;
  std::optional<std::string> note;
  std::optional<std::string> data;
};

/// One case's run: a place, the store in it, and shorthands.
class Case {
 public:
  explicit Case(const StoreBackend& backend) : backend_(backend) {}

  const StoreBackend& backend() const { return backend_; }
  const StoreQuirks& quirks() const { return backend_.quirks; }
  StorePlace& place();
  /// Opens the place at the given version of the case's tables.
  std::unique_ptr<Store> open(int version = first_version, bool migrate = false);
  /// The store of this case, opened when first asked for; close() lets it go.
  Store& store();
  void close() { store_.reset(); }
  const StoreCapabilities& capabilities() { return store().capabilities(); }

  TableId things() { return store().catalog().id("thing"); }
  TableId parts() { return store().catalog().id("part"); }
  TableId entries() { return store().catalog().id("entry"); }

  /// Runs `body` in a transaction of the organisation and commits; again when the store answers
  /// storage_conflict.
  void write(FunctionRef<void(WriteTransaction&)> body) { write(org_a(), body); }
  void write(const Uuid& organisation, FunctionRef<void(WriteTransaction&)> body);
  void read(FunctionRef<void(ReadTransaction&)> body) { read(org_a(), body); }
  void read(const Uuid& organisation, FunctionRef<void(ReadTransaction&)> body);

  void add(WriteTransaction& tx, const Thing& row);
  /// Adds rows in a transaction of their own.
  void add(std::span<const Thing> rows, const Uuid& organisation = org_a());
  void add_part(WriteTransaction& tx, std::uint64_t thing_id, std::int64_t position,
                std::optional<std::int64_t> amount, std::string_view tag);
  void add_entry(WriteTransaction& tx, std::string_view name, std::int64_t amount,
                 std::optional<std::string_view> extra = {});
  bool set(WriteTransaction& tx, std::uint64_t id, unsigned column, const Value& value);
  bool erase(WriteTransaction& tx, std::uint64_t id);

  /// The thing with this id as this transaction sees it.
  std::optional<OwnedRow> get(ReadTransaction& tx, std::uint64_t id, RowLock lock = RowLock::none);
  bool has(ReadTransaction& tx, std::uint64_t id) { return get(tx, id).has_value(); }
  bool has(std::uint64_t id, const Uuid& organisation = org_a());
  std::int64_t rank_of(ReadTransaction& tx, std::uint64_t id, RowLock lock = RowLock::none);
  std::optional<std::int64_t> amount_of(ReadTransaction& tx, std::string_view name,
                                        RowLock lock = RowLock::none);

  Query query(Predicate where = {}, std::vector<Order> order = {}, int key = Query::any_key);
  /// Ids of the things that a scan gives, in order.
  std::vector<std::uint64_t> ids(ReadTransaction& tx, const Query& query);
  std::vector<std::uint64_t> ids(const Query& query, const Uuid& organisation = org_a());
  std::vector<std::uint64_t> found(ReadTransaction& tx, std::vector<std::string> words, bool prefix = false,
                                   std::optional<std::uint64_t> after = {}, std::size_t limit = 1000);
  std::vector<std::uint64_t> found(std::vector<std::string> words, bool prefix = false);
  void index(WriteTransaction& tx, std::uint64_t id, std::string_view tokens);

 private:
  StoreBackend backend_;
  std::unique_ptr<StorePlace> place_;
  std::unique_ptr<Store> store_;
};

using Ids = std::vector<std::uint64_t>;
/// Fails with both lists.
void require_ids(const Ids& expected, const Ids& given, std::string_view what,
                 std::source_location where = std::source_location::current());

/// Runs `body(i)` on `count` threads at once; the first exception of any is thrown again.
void in_threads(std::size_t count, const std::function<void(std::size_t)>& body);

struct StoreCase {
  CaseInfo info;
  void (*run)(Case&);
};
struct KvCase {
  CaseInfo info;
  void (*run)(KvStore&);
};

std::span<const StoreCase> row_cases();
std::span<const StoreCase> predicate_cases();
std::span<const StoreCase> scan_cases();
std::span<const StoreCase> tenant_cases();
std::span<const StoreCase> text_cases();
std::span<const StoreCase> transaction_cases();
std::span<const StoreCase> thread_cases();
std::span<const StoreCase> version_cases();
std::span<const StoreCase> random_cases();
std::span<const KvCase> all_kv_cases();

}  // namespace atlas::testing
