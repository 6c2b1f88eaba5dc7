#include "text_log.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace atlas {

namespace {

// Values one after the other: type, eight bytes of number or length, bytes.
std::string pack(RowView row) {
  std::string out;
  for (const Value& value : row) {
    const std::int64_t number = value.type() == ValueType::integer
                                    ? value.as_integer()
                                    : static_cast<std::int64_t>(value.bytes().size());
    out += static_cast<char>(value.type());
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
    out += value.bytes();
  }
  return out;
}

std::vector<Value> unpack(std::string_view packed) {
  std::vector<Value> out;
  while (!packed.empty()) {
    const auto type = static_cast<ValueType>(packed[0]);
    std::int64_t number = 0;
    std::memcpy(&number, packed.data() + 1, sizeof number);
    packed.remove_prefix(1 + sizeof number);
    if (type == ValueType::integer) {
      out.push_back(Value::integer(number));
      continue;
    }
    const std::string_view bytes = packed.substr(0, static_cast<std::size_t>(number));
    packed.remove_prefix(bytes.size());
    out.push_back(type == ValueType::text ? Value::text(bytes) : Value::blob(bytes));
  }
  return out;
}

}  // namespace

std::string indexed_word(std::int64_t tenant, std::string_view word) {
  // A tenant's number has digits only, so the first letter ends it.
  std::string out = std::to_string(tenant);
  out += 'x';
  out += word;
  return out;
}

std::string TextLog::Change::key() const {
  std::string out(reinterpret_cast<const char*>(&table), sizeof table);
  out.append(reinterpret_cast<const char*>(&tenant), sizeof tenant);
  return out += primary;
}

void TextLog::put(TableId table, std::int64_t tenant, RowView primary, std::string_view tokens) {
  Change change;
  change.table = table;
  change.tenant = tenant;
  change.primary = pack(primary);
  change.tokens.reserve(tokens.size() * 3 / 2 + 8);
  for_each_word(tokens, [&](std::string_view word) {
    if (!change.tokens.empty()) change.tokens += ' ';
    change.tokens += indexed_word(tenant, word);
  });
  bytes_ += change.tokens.size() + change.primary.size() + sizeof change;
  log_.push_back(std::move(change));
  if (bytes_ > most_bytes && marks_.empty()) flush(false);
}

void TextLog::inserted(TableId table, std::int64_t row) { fresh_[table] = std::min(fresh_[table], row); }

void TextLog::erased(TableId table, std::int64_t tenant, RowView primary, std::int64_t row) {
  Change change;
  change.table = table;
  change.erased = true;
  change.tenant = tenant;
  change.row = row;
  change.primary = pack(primary);
  log_.push_back(std::move(change));
}

bool TextLog::write(const Change& change) {
  const TablePlan& plan = plans_[change.table];
  std::int64_t row = change.row;
  if (!change.erased) {
    Use find = connection_.use(slot_of(change.table, TableSlot::find_row), [&] { return plan.find_row; });
    const std::vector<Value> primary = unpack(change.primary);
    if (change.tenant != 0) find.bind(change.tenant);
    if (!find.bind(primary).step()) return false;
    row = find.number(0);
  }
  if (change.erased || row < fresh_[change.table]) {
    Use drop = connection_.use(slot_of(change.table, TableSlot::text_drop), [&] { return plan.text_drop; });
    drop.bind(row).step();
  }
  if (!change.tokens.empty()) {
    Use put = connection_.use(slot_of(change.table, TableSlot::text_put), [&] { return plan.text_put; });
    put.bind(row).bind(Value::text(change.tokens)).step();
  }
  return true;
}

void TextLog::flush(bool last) {
  const std::size_t end = log_.size();
  std::vector<Change> waiting;
  if (end - flushed_ == 1) {
    if (!write(log_[flushed_]) && !last) waiting.push_back(log_[flushed_]);
  } else if (end > flushed_) {
    // The last tokens of each row count, and none that were put before the row was erased.
    std::unordered_map<std::string, std::size_t> latest;
    latest.reserve(end - flushed_);
    for (std::size_t i = flushed_; i < end; ++i) {
      if (log_[i].erased) {
        latest.erase(log_[i].key());
        write(log_[i]);
      } else {
        latest[log_[i].key()] = i;
      }
    }
    for (std::size_t i = flushed_; i < end; ++i) {
      const auto found = log_[i].erased ? latest.end() : latest.find(log_[i].key());
      if (found == latest.end() || found->second != i) continue;
      if (!write(log_[i]) && !last) waiting.push_back(log_[i]);
    }
  }
  if (marks_.empty()) log_.clear();
  flushed_ = log_.size();
  for (Change& change : waiting) log_.push_back(std::move(change));
  bytes_ = 0;
  std::fill(fresh_.begin(), fresh_.end(), nothing_fresh);
}

void TextLog::undo() {
  const Mark mark = marks_.back();
  marks_.pop_back();
  log_.resize(mark.size);
  flushed_ = mark.flushed;
}

}  // namespace atlas
