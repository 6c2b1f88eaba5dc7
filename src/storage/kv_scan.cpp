// Keyset scans. Each stretch of the plan is a stream of rows in the order of the query: as it comes from the
// key where the key has that order, sorted in groups of equal leading values where it has only its beginning,
// sorted as a whole where it has none of it. The streams are merged.

#include <algorithm>
#include <deque>

#include "atlas/predicate.hpp"
#include "kv_codec.hpp"
#include "kv_cursor.hpp"
#include "kv_view.hpp"

namespace atlas::kv {

namespace {

/// The order of a query with its tie-break.
class RowOrder {
 public:
  RowOrder(const Table& table, const std::vector<Order>& order) : columns_(order) {
    const bool descending = !order.empty() && order.back().descending;
    for (unsigned i = 0; i < table.primary; ++i) columns_.push_back({i, descending});
  }
  const std::vector<Order>& columns() const { return columns_; }

  static int compare_at(const Order& order, const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return static_cast<int>(a.is_null()) - static_cast<int>(b.is_null());
    const int result = compare(a, b);
    return order.descending ? -result : result;
  }
  int compare_rows(RowView a, RowView b) const {
    for (const Order& order : columns_) {
      if (const int result = compare_at(order, a[order.column], b[order.column]); result != 0) return result;
    }
    return 0;
  }
  /// Does the row come after `after`, whose values stand in the order of columns()?
  bool is_after(RowView row, RowView after) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const int result = compare_at(columns_[i], row[columns_[i].column], after[i]);
      if (result != 0) return result > 0;
    }
    return false;
  }

 private:
  std::vector<Order> columns_;
};

/// A row kept beyond its turn. `row` borrows from `bytes`, which does not move.
struct Held {
  std::unique_ptr<std::string> bytes;
  std::vector<Value> row;
};

struct Scan {
  const View& view;
  const Query& query;
  const Table& table;
  RowOrder order;
  std::vector<Value> after;
  Plan plan;
};

/// How the order of a piece's keys agrees with the order of the query.
struct Agreement {
  bool descending = false;
  std::vector<Order> matched;  ///< Leading order columns, constants left out, that the key's order fulfils.
  bool full = false;           ///< All of them.
  bool split = false;          ///< The first may be absent, which comes last, not first: read as two pieces.
};

Agreement agree(const Scan& scan, const Piece& piece) {
  std::vector<Order> wanted;
  const auto add = [&](std::vector<Order>& list, const Order& order) {
    if (piece.constant(order.column) != nullptr) return;
    for (const Order& other : list) {
      if (other.column == order.column) return;
    }
    list.push_back(order);
  };
  for (const Order& order : scan.order.columns()) add(wanted, order);
  std::vector<Order> natural;
  for (const unsigned column : scan.plan.columns) add(natural, {column, false});

  Agreement result;
  result.descending = !wanted.empty() && wanted[0].descending;
  for (std::size_t i = 0; i < wanted.size() && i < natural.size(); ++i) {
    if (wanted[i].column != natural[i].column || wanted[i].descending != result.descending) break;
    if (result.descending && scan.table.columns[wanted[i].column].nullable) {
      // Absent values are split off where the column directly follows the piece's prefix and nothing narrows
      // it.
      const bool bare = piece.begin == piece.prefix && piece.prefix_columns < scan.plan.columns.size() &&
                        scan.plan.columns[piece.prefix_columns] == wanted[i].column;
      const bool present = piece.begin.size() > piece.prefix.size();
      if (i > 0 || !(bare || present)) break;
      result.split = bare;
    }
    result.matched.push_back(wanted[i]);
  }
  result.full = result.matched.size() == wanted.size();
  return result;
}

/// Leaves out of `piece` what lies before `after`, as far as the keys tell.
void start_after(const Scan& scan, const Agreement& agreement, Piece& piece) {
  const std::vector<Order>& columns = scan.order.columns();
  std::vector<Constant> known = piece.constants;
  std::size_t used = 0;
  std::size_t i = 0;
  for (; i < columns.size(); ++i) {
    const Order& order = columns[i];
    if (const Value* constant = piece.constant(order.column)) {
      const int result = RowOrder::compare_at(order, *constant, scan.after[i]);
      if (result == 0) continue;
      if (used == 0 && result < 0) piece.end = piece.begin;  // all of it comes before
      break;
    }
    if (used < agreement.matched.size() && agreement.matched[used].column == order.column) {
      if (order.descending && scan.after[i].is_null()) {
        // Only present values are here, and they come before the absent ones.
        if (used == 0) piece.end = piece.begin;
        return;
      }
      known.push_back({order.column, scan.after[i]});
      ++used;
      continue;
    }
    const bool repeated =
        std::any_of(known.begin(), known.end(), [&](const Constant& c) { return c.column == order.column; });
    if (!repeated) break;
  }
  if (used == 0) return;
  std::string bound = section_prefix(
      scan.query.table,
      scan.plan.key == Query::primary_key
          ? rows_section
          : scan.view.schema().sections[scan.query.table][static_cast<std::size_t>(scan.plan.key)],
      scan.view.scope(scan.query.table));
  for (const unsigned column : scan.plan.columns) {
    const auto value =
        std::find_if(known.begin(), known.end(), [&](const Constant& c) { return c.column == column; });
    if (value == known.end()) break;
    append_key(bound, value->value);
  }
  const bool exact = agreement.full && i == columns.size();
  if (agreement.descending) {
    piece.end = std::min(piece.end, exact ? bound : successor(std::move(bound)));
  } else {
    piece.begin = std::max(piece.begin, exact ? successor(std::move(bound)) : bound);
  }
}

/// The rows of one piece that fulfil the query, in its order.
class Stream {
 public:
  Stream(const Scan& scan, const Piece& piece, Agreement agreement)
      : scan_(&scan),
        agreement_(std::move(agreement)),
        cursor_(scan.view.kv(), piece.begin, piece.end, agreement_.descending) {}

  /// The next row, or nothing at the end.
  bool next(Held& out) {
    if (agreement_.full) return read(out);
    while (group_.empty()) {
      if (ended_) return false;
      fill();
    }
    out = std::move(group_.front());
    group_.pop_front();
    return true;
  }

 private:
  bool read(Held& out) {
    if (!out.bytes) out.bytes = std::make_unique<std::string>();
    for (std::string_view entry, value; cursor_.next(entry, value);) {
      scan_->view.load(scan_->query.table, scan_->plan.key, entry, value, *out.bytes, out.row);
      if (!scan_->after.empty() && !scan_->order.is_after(out.row, scan_->after)) continue;
      if (scan_->view.fulfils(out.row, {scan_->query.where})) return true;
    }
    return false;
  }

  /// The next group: rows whose matched columns are equal, of which at most `limit` are wanted.
  void fill() {
    const auto before = [this](const Held& a, const Held& b) {
      return scan_->order.compare_rows(a.row, b.row) < 0;
    };
    if (ahead_) {
      group_.push_back(std::move(*ahead_));
      ahead_.reset();
    }
    const std::size_t limit = scan_->query.limit;
    for (;;) {
      Held held;
      if (!read(held)) {
        ended_ = true;
        break;
      }
      if (!group_.empty() && !same_group(group_.front().row, held.row)) {
        ahead_ = std::move(held);
        break;
      }
      group_.push_back(std::move(held));
      if (limit < 1 << 20 && group_.size() > 2 * limit + 64) {
        std::nth_element(group_.begin(), group_.begin() + static_cast<std::ptrdiff_t>(limit), group_.end(),
                         before);
        group_.resize(limit);
      }
    }
    std::sort(group_.begin(), group_.end(), before);
  }

  bool same_group(RowView a, RowView b) const {
    return std::all_of(agreement_.matched.begin(), agreement_.matched.end(), [&](const Order& order) {
      return RowOrder::compare_at(order, a[order.column], b[order.column]) == 0;
    });
  }

  const Scan* scan_;
  Agreement agreement_;
  Cursor cursor_;
  std::deque<Held> group_;
  std::optional<Held> ahead_;
  bool ended_ = false;
};

/// Opens the streams of one piece: one, or two where absent values are split off.
void open_streams(const Scan& scan, Piece piece, std::vector<Stream>& streams) {
  Agreement agreement = agree(scan, piece);
  if (agreement.split) {
    Piece absent = piece;
    absent.prefix.push_back(null_tag);
    ++absent.prefix_columns;
    absent.begin = absent.prefix;
    absent.end = successor(absent.prefix);
    absent.constants.push_back({agreement.matched[0].column, Value::null()});
    open_streams(scan, std::move(absent), streams);
    piece.begin = piece.prefix + present_tag;
    piece.end = piece.prefix + null_tag;
  }
  if (!scan.after.empty()) start_after(scan, agreement, piece);
  if (piece.begin < piece.end) streams.emplace_back(scan, piece, std::move(agreement));
}

}  // namespace

void scan_ordered(const View& view, const Query& query, ScanSink sink) {
  const Table& table = view.table(query.table);
  require_valid(view.schema().catalog, query.table, query.where);
  for (const Order& order : query.order) {
    if (order.column >= table.columns.size()) throw Error(ErrorCode::internal, "There is no such column.");
  }
  if (query.limit == 0) return;
  Scan scan{view,  query,
            table, RowOrder(table, query.order),
            {},    make_plan(view.schema(), query.table, view.scope(query.table), query.key, {query.where})};
  if (query.after) {
    scan.after = views(*query.after);
    if (scan.after.size() != scan.order.columns().size()) {
      throw Error(ErrorCode::internal, "A scan continues after a row of another shape.");
    }
  }
  std::vector<Stream> streams;
  for (const Piece& piece : scan.plan.pieces) open_streams(scan, piece, streams);

  std::size_t left = query.limit;
  if (streams.size() == 1) {
    for (Held held; left > 0 && streams[0].next(held); --left) {
      if (!sink(held.row)) return;
    }
    return;
  }
  struct Head {
    Held held;
    Stream* stream;
  };
  std::vector<Head> heads;
  for (Stream& stream : streams) {
    Held held;
    if (stream.next(held)) heads.push_back({std::move(held), &stream});
  }
  const auto later = [&](const Head& a, const Head& b) {
    return scan.order.compare_rows(a.held.row, b.held.row) > 0;
  };
  std::make_heap(heads.begin(), heads.end(), later);
  while (!heads.empty() && left-- > 0) {
    std::pop_heap(heads.begin(), heads.end(), later);
    Head& first = heads.back();
    if (!sink(first.held.row)) return;
    if (first.stream->next(first.held)) {
      std::push_heap(heads.begin(), heads.end(), later);
    } else {
      heads.pop_back();
    }
  }
}

}  // namespace atlas::kv
