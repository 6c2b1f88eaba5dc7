// An organisation is written: header, tables, the keys of its subjects, an end with a hash over all of it.

#include "atlas/dump.hpp"

#include <unordered_set>

#include "atlas/derivation.hpp"
#include "atlas/json.hpp"
#include "dump_format.hpp"
#include "kernel_impl.hpp"

namespace atlas {
namespace {

constexpr std::size_t rows_at_once = 512;
constexpr std::int64_t told_every = 10'000;

class Writer {
 public:
  Writer(Kernel::Impl& kernel, const Uuid& org, const DumpSink& sink, const DumpProgress& progress)
      : kernel_(kernel), sink_(sink), progress_(progress), tx_(kernel.store->read()) {
    result_.organisation = org;
  }

  DumpResult run() {
    header();
    tx_->enter(result_.organisation);
    for (const TableId id : dump::tables(kernel_.store->catalog())) table(id);
    std::string end;
    JsonWriter(end)
        .begin_object()
        .key("end")
        .boolean(true)
        .key("rows")
        .number(result_.rows)
        .key("sha256")
        .string(hex(as_view(hash_.finish())))
        .end_object();
    sink_(end + "\n");
    return result_;
  }

 private:
  void line(std::string text) {
    text += '\n';
    hash_.update(text);
    sink_(text);
  }

  void header() {
    std::string text;
    JsonWriter w(text);
    w.begin_object().key("format").string(dump::format).key("version").number(dump::version);
    w.key("schema_version").number(kernel_.store->schema_version());
    w.key("derivation").string(derivation_stamp(*kernel_.normalisers.front()));
    w.key("organisation").string(format_uuid(result_.organisation));
    const Value primary[] = {Value::id(result_.organisation)};
    const bool found = tx_->get(kernel_.tables.directory, primary, [&](RowView row) {
      w.key("name").string(row[directory_column::name].bytes());
      w.key("status").string(row[directory_column::status].bytes());
    });
    if (!found) throw Error(ErrorCode::not_found, "no such organisation");
    w.key("due").begin_object();
    Query q;
    q.table = kernel_.tables.due;
    q.key = Query::primary_key;
    q.where = Predicate::equals(due_column::org, primary[0]);
    q.order = {{due_column::kind, false}};
    tx_->scan(q, [&](RowView row) {
      w.key(row[due_column::kind].bytes()).number(row[due_column::next_at].as_integer());
      return true;
    });
    w.end_object().end_object();
    line(std::move(text));
  }

  void table(TableId id) {
    const Table& t = kernel_.store->catalog()[id];
    std::string text;
    JsonWriter w(text);
    w.begin_object().key("table").string(t.name).key("columns").begin_array();
    int subject = -1;
    for (unsigned i = 0; i < t.columns.size(); ++i) {
      w.string(t.columns[i].name);
      if (t.columns[i].name == "subject_id") subject = static_cast<int>(i);
    }
    w.end_array().end_object();
    line(std::move(text));
    Query q;
    q.table = id;
    q.key = Query::primary_key;
    q.limit = rows_at_once;
    std::vector<OwnedRow> rows;
    do {
      rows.clear();
      tx_->scan(q, [&](RowView row) {
        rows.push_back(own(row));
        return true;
      });
      for (const OwnedRow& owned : rows) {
        const auto row = views(owned);
        if (subject >= 0) key_of(row[static_cast<unsigned>(subject)]);
        write_row(t, row);
        ++result_.rows;
        if (id == kernel_.tables.audit) ++result_.entries;
        if (progress_ && result_.rows % told_every == 0) progress_(result_.rows);
      }
      if (!rows.empty()) q.after = OwnedRow(rows.back().begin(), rows.back().begin() + t.primary);
    } while (rows.size() == rows_at_once);
  }

  void write_row(const Table& t, const std::vector<Value>& row) {
    std::string text;
    JsonWriter w(text);
    w.begin_array();
    for (unsigned i = 0; i < t.columns.size(); ++i) {
      const Value& v = row[i];
      if (v.is_null())
        w.null();
      else if (t.columns[i].type == ColumnType::integer)
        w.number(v.as_integer());
      else if (t.columns[i].type == ColumnType::text)
        w.string(v.bytes());
      else
        w.string(base64(v.bytes()));
    }
    w.end_array();
    line(std::move(text));
  }

  /// Before the first row of a subject stands its key; that of an erased one is nowhere.
  void key_of(const Value& cell) {
    if (cell.bytes().size() != 16) return;
    const Uuid id = cell.as_id();
    if (id.is_nil() || !told_.insert(id).second) return;
    auto key = kernel_.vault->find(*tx_, id);
    if (!key) return;
    std::string plain(reinterpret_cast<const char*>(key->seal.data()), key->seal.size());
    plain.append(reinterpret_cast<const char*>(key->mac.data()), key->mac.size());
    std::string text;
    JsonWriter(text)
        .begin_object()
        .key("subject")
        .string(format_uuid(id))
        .key("key")
        .string(base64(plain))
        .end_object();
    wipe(plain.data(), plain.size());
    ++result_.subjects;
    line(std::move(text));
  }

  Kernel::Impl& kernel_;
  const DumpSink& sink_;
  const DumpProgress& progress_;
  std::unique_ptr<ReadTransaction> tx_;
  DumpResult result_;
  Sha256 hash_;
  std::unordered_set<Uuid> told_;
};

}  // namespace

DumpResult dump_organisation(Kernel& kernel, const Uuid& organisation, const DumpSink& sink,
                             const DumpProgress& progress) {
  return Writer(kernel.impl(), organisation, sink, progress).run();
}

}  // namespace atlas
