// A dump is read back: every line checked, everything in one transaction, verified before it is committed.

#include <nlohmann/json.hpp>

#include "atlas/audit_trail.hpp"
#include "atlas/derivation.hpp"
#include "atlas/dump.hpp"
#include "atlas/json.hpp"
#include "binding.hpp"
#include "dump_format.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::int64_t told_every = 10'000;

class Reader {
 public:
  Reader(Kernel::Impl& kernel, const DumpSource& source, const DumpProgress& progress)
      : kernel_(kernel), source_(source), progress_(progress) {}

  DumpResult run() {
    read_header();
    auto unit = kernel_.begin({.kind = PrincipalKind::host}, Effect::writes, Durability::durable);
    unit_ = unit.get();
    unit->begin_call(format_uuid(kernel_.ids.next()));
    enter();
    while (next()) {
      if (line_.front() == '[')
        row();
      else if (object())
        break;
    }
    if (!ended_) refuse("truncated", "the dump has no end");
    if (std::string more; source_(more)) refuse("trailing", "something follows the dump's end");
    for (const auto& [kind, at] : due_) unit->schedule(kind, {at});
    verify();
    kernel_.finish(std::move(unit));
    return result_;
  }

 private:
  [[noreturn]] void refuse(const char* reason, const char* message) const {
    throw Error(ErrorCode::invalid_argument, message).with("line", number_).with("reason", reason);
  }

  /// The next line; the hash runs over all before the end.
  bool next() {
    line_.clear();
    if (!source_(line_)) return false;
    ++number_;
    if (line_.empty() || line_.size() > dump::max_line) refuse("line", "a line is empty or too long");
    return true;
  }
  void hashed() { hash_.update(line_).update("\n"); }

  Json parse() const {
    try {
      return parse_json(line_, {.depth = 4, .size = dump::max_line});
    } catch (const Error&) {
      refuse("json", "a line is not JSON");
    }
  }

  const std::string& text(const Json& object, const char* name) const {
    const auto it = object.find(name);
    if (it == object.end() || !it->is_string()) refuse("member", "a member is missing or of another type");
    return it->get_ref<const std::string&>();
  }
  std::int64_t number(const Json& object, const char* name) const {
    const auto it = object.find(name);
    if (it == object.end() || !it->is_number_integer())
      refuse("member", "a member is missing or of another type");
    return it->get<std::int64_t>();
  }
  Uuid id(const std::string& from) const {
    const auto parsed = parse_uuid(from);
    if (!parsed) refuse("id", "not an id");
    return *parsed;
  }

  void read_header() {
    if (!next()) refuse("truncated", "the dump is empty");
    hashed();
    const Json head = parse();
    if (!head.is_object() || head.value("format", Json()) != Json(dump::format) ||
        number(head, "version") != dump::version)
      refuse("format", "not a dump of this format");
    if (number(head, "schema_version") != kernel_.store->schema_version() ||
        text(head, "derivation") != derivation_stamp(*kernel_.normalisers.front()) ||
        kernel_.normalisers.size() != 1) {
      throw Error(ErrorCode::not_supported,
                  "the dump was made by another version: bring its store up to date first, and dump it again")
          .with("schema_version", number(head, "schema_version"))
          .with("here", std::int64_t{kernel_.store->schema_version()});
    }
    result_.organisation = id(text(head, "organisation"));
    name_ = text(head, "name");
    status_ = text(head, "status");
    const auto due = head.find("due");
    if (due == head.end() || !due->is_object()) refuse("member", "a member is missing or of another type");
    for (const auto& [kind, at] : due->items()) {
      if (!at.is_number_integer()) refuse("member", "a member is missing or of another type");
      due_.emplace_back(kind, at.get<std::int64_t>());
    }
  }

  void enter() {
    const Value row[] = {Value::id(result_.organisation), Value::text(name_), Value::text(status_)};
    try {
      unit_->write().insert(kernel_.tables.directory, row);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::conflict) throw;
      throw Error(ErrorCode::conflict, "the organisation is in this store already").with("reason", "unique");
    }
    unit_->become({.kind = PrincipalKind::system, .org = result_.organisation});
    travelling_ = dump::tables(kernel_.store->catalog());
  }

  /// A table, a subject, or the end (true).
  bool object() {
    const Json j = parse();
    if (!j.is_object()) refuse("line", "a line is neither row nor object");
    if (j.contains("end")) {
      if (at_ != travelling_.size()) refuse("table", "a table is missing");
      if (number(j, "rows") != result_.rows) refuse("rows", "the number of rows is another");
      if (text(j, "sha256") != hex(as_view(hash_.finish())))
        refuse("hash", "the dump was changed or damaged");
      return ended_ = true;
    }
    hashed();
    if (j.contains("subject"))
      subject(j);
    else
      table(j);
    return false;
  }

  void table(const Json& j) {
    if (at_ == travelling_.size()) refuse("table", "a table too many");
    table_ = travelling_[at_++];
    const Table& t = kernel_.store->catalog()[table_];
    if (text(j, "table") != t.name) refuse("table", "not the table that comes here");
    const auto columns = j.find("columns");
    bool same = columns != j.end() && columns->is_array() && columns->size() == t.columns.size();
    for (std::size_t i = 0; same && i < t.columns.size(); ++i)
      same = (*columns)[i] == Json(t.columns[i].name);
    if (!same) refuse("columns", "the table's columns are others");
    entity_ = nullptr;
    for (const auto& [name, info] : kernel_.registry->entities())
      if (info.table == table_ && (info.searchable || info.endpoints)) entity_ = &info;
  }

  void subject(const Json& j) {
    auto plain = unbase64(text(j, "key"));
    SubjectKey key;
    if (!plain || plain->size() != key.seal.size() + key.mac.size()) refuse("key", "not a subject's key");
    std::copy_n(plain->begin(), key.seal.size(), reinterpret_cast<char*>(key.seal.data()));
    std::copy_n(plain->begin() + static_cast<std::ptrdiff_t>(key.seal.size()), key.mac.size(),
                reinterpret_cast<char*>(key.mac.data()));
    wipe(plain->data(), plain->size());
    kernel_.vault->adopt(unit_->write(), id(text(j, "subject")), key);
    ++result_.subjects;
  }

  void row() {
    if (at_ == 0) refuse("table", "a row before its table");
    hashed();
    const Json cells = parse();
    const Table& t = kernel_.store->catalog()[table_];
    if (cells.size() != t.columns.size()) refuse("row", "a row has another number of cells");
    std::vector<std::string> bytes(t.columns.size());
    std::vector<Value> values;
    for (std::size_t i = 0; i < t.columns.size(); ++i)
      values.push_back(cell(t.columns[i], cells[i], bytes[i]));
    try {
      unit_->write().insert(table_, values);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::conflict) refuse("unique", "a row comes twice");
      throw;
    }
    index(values);
    ++result_.rows;
    if (table_ == kernel_.tables.audit) ++result_.entries;
    if (progress_ && result_.rows % told_every == 0) progress_(result_.rows);
  }

  Value cell(const Column& column, const Json& j, std::string& bytes) const {
    if (j.is_null() && column.nullable) return Value::null();
    if (column.type == ColumnType::integer && j.is_number_integer() && !j.is_number_unsigned())
      return Value::integer(j.get<std::int64_t>());
    if (column.type == ColumnType::integer && j.is_number_unsigned() && j.get<std::uint64_t>() <= INT64_MAX)
      return Value::integer(j.get<std::int64_t>());
    if (column.type == ColumnType::text && j.is_string())
      return Value::text(bytes = j.get_ref<const std::string&>());
    if (column.type == ColumnType::blob && j.is_string()) {
      if (auto raw = unbase64(j.get_ref<const std::string&>())) return Value::blob(bytes = std::move(*raw));
    }
    refuse("cell", "a cell does not fit its column");
  }

  /// Words of the full-text index are made anew: no backend gives them back; and the directory is not the
  /// organisation's.
  void index(const std::vector<Value>& values) {
    if (!entity_) return;
    const auto entity = entity_->make();
    from_row(*entity_, values, entity.get());
    if (entity_->endpoints) unit_->write_endpoints(*entity_, nullptr, entity.get());
    if (!entity_->searchable) return;
    const Value primary[] = {values[0]};
    unit_->write().index_text(table_, primary,
                              search_tokens(*entity_, entity.get(), *kernel_.normalisers.front()));
  }

  void verify() {
    Context cx(*unit_, nullptr);
    const AuditVerification found = AuditTrail(cx).verify(true);
    if (found.findings.empty()) return;
    const auto& first = found.findings.front();
    throw Error(ErrorCode::storage_corrupt, "the dump's records and its audit do not agree")
        .with("findings", static_cast<std::int64_t>(found.findings.size()))
        .with("first", first.what)
        .with("record", first.entity);
  }

  Kernel::Impl& kernel_;
  const DumpSource& source_;
  const DumpProgress& progress_;
  UnitOfWork* unit_ = nullptr;
  DumpResult result_;
  Sha256 hash_;
  std::string line_, name_, status_;
  std::int64_t number_ = 0;
  std::vector<std::pair<std::string, std::int64_t>> due_;
  std::vector<TableId> travelling_;
  std::size_t at_ = 0;
  TableId table_ = 0;
  const EntityInfo* entity_ = nullptr;
  bool ended_ = false;
};

}  // namespace

DumpResult load_organisation(Kernel& kernel, const DumpSource& source, const DumpProgress& progress) {
  return Reader(kernel.impl(), source, progress).run();
}

}  // namespace atlas
