#include "sabotage.hpp"

#include <map>

#include "atlas/testing/forwarding_store.hpp"

namespace atlas::simulation::post {
namespace {

constexpr Sabotage all[] = {
    {"consent is not asked again at the start", Spoilt::consent_not_asked_at_start, false, "consent"},
    {"withdrawals are ignored", Spoilt::withdrawals_ignored, false, "consent"},
    {"the session window never ends", Spoilt::windows_never_end, false, "consent"},
    {"what was sent is not counted", Spoilt::contacts_not_counted, false, "consent"},
    {"a stale token may start", Spoilt::stale_place_starts, false, "starts moves"},
    {"a paused account sends", Spoilt::pause_ignored, false, "starts"},
    {"a start is not kept", Spoilt::start_not_kept, false, "starts"},
    {"a late answer is recorded on another attempt", Spoilt::answer_on_another_attempt, false, "answers"},
    {"what is uncertain is sent again", Spoilt::uncertain_queued_again, false, "moves twice starts"},
    {"a report moves a message backwards", Spoilt::report_moves_backwards, false, "moves"},
    {"a person's message is taken twice", Spoilt::webhook_taken_twice, false, "webhooks"},
    {"a report that comes before the answer is lost", Spoilt::early_report_lost, false, "ends"},
    {"two messages to one person are on their way at once", Spoilt::lane_shared, false, "order"},
    {"a message is tried again sooner than the provider wants", Spoilt::tried_again_at_once, false, "starts"},
    {"an accepted message is not queued", Spoilt::place_lost, false, "ends answers"},
    {"idempotency keys are forgotten", Spoilt::key_lost, false, "twice"},
    {"an entry of the audit is changed", Spoilt::audit_entry_changed, false, "audit"},
    {"a provider forgets the tokens that it says it takes", Spoilt::nothing, true, "twice moves"},
    {"what is told of a message that waits is not kept", Spoilt::told_while_waiting_lost, false,
     "twice ends"},
    {"a provider's word for its whole account is lost", Spoilt::hold_lost, false, "starts"},
    {"a provider that is asked tells of another message", Spoilt::nothing, false, "answers ends moves", true},
    {"leases are measured by the clocks of the hosts", Spoilt::nothing, false, "starts", false, true},
};

constexpr unsigned now_and_then = 7;

/// What the spoilt stores of one host remember across transactions.
struct Memory {
  std::map<std::string, OwnedRow, std::less<>> claimed;  ///< places as they were when they were leased
  OwnedRow last_attempt;
  unsigned due = 0;
  bool is_due() { return ++due % now_and_then == 0; }
};

template <class Base>
class SpoiltReads : public testing::ForwardingReads<Base> {
 public:
  SpoiltReads(std::unique_ptr<Base> inner, Store& store, Spoilt spoilt, Memory& memory)
      : testing::ForwardingReads<Base>(std::move(inner)), store_(store), spoilt_(spoilt), memory_(memory) {}

  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override {
    if (is(table, "outbound_message")) {
      at_the_outbox_ = true;
      if (spoilt_ == Spoilt::stale_place_starts) {
        const auto stale = memory_.claimed.find(primary.front().bytes());
        if (stale != memory_.claimed.end()) {
          const OwnedRow row = stale->second;
          memory_.claimed.erase(stale);
          std::vector<Value> held = views(row);
          held[column(table, "lease_until")] = Value::integer(INT64_MAX);
          sink(held);
          return true;
        }
      }
      if (spoilt_ == Spoilt::report_moves_backwards)
        return patched_get(table, primary, sink, lock, "status_code", [](const Value& was) {
          return was.bytes() == "DELIVERED" || was.bytes() == "READ" ? Value::text("SENDING") : was;
        });
    }
    if (spoilt_ == Spoilt::pause_ignored && is(table, "channel_account"))
      return patched_get(table, primary, sink, lock, "status_code",
                         [](const Value&) { return Value::text("ACCOUNT_ACTIVE"); });
    return this->inner_->get(table, primary, sink, lock);
  }

  void scan(const Query& query, ScanSink sink) override {
    const bool deaf = spoilt_ == Spoilt::withdrawals_ignored ||
                      (spoilt_ == Spoilt::consent_not_asked_at_start && at_the_outbox_);
    if (deaf && (is(query.table, "suppression") || is(query.table, "objection"))) return;
    if (deaf && is(query.table, "consent_event")) {
      const unsigned kind = column(query.table, "kind");
      return this->inner_->scan(query, [&](RowView row) {
        const bool no = row[kind].bytes() == "WITHDRAWN" || row[kind].bytes() == "REFUSED";
        return no ? true : sink(row);
      });
    }
    if (spoilt_ == Spoilt::windows_never_end && is(query.table, "session_window")) {
      const unsigned last = column(query.table, "last_at"), closed = column(query.table, "closed_at");
      return this->inner_->scan(query, [&](RowView row) {
        std::vector<Value> open(row.begin(), row.end());
        open[last] = Value::integer(this->inner_->now().micros);
        open[closed] = Value::null();
        return sink(open);
      });
    }
    this->inner_->scan(query, sink);
  }

 protected:
  bool is(TableId table, std::string_view name) const { return store_.catalog()[table].name == name; }
  unsigned column(TableId table, std::string_view name) const { return store_.catalog()[table].column(name); }

  template <class Patch>
  bool patched_get(TableId table, RowView primary, RowSink sink, RowLock lock, std::string_view name,
                   Patch patch) {
    const unsigned at = column(table, name);
    return this->inner_->get(
        table, primary,
        [&](RowView row) {
          std::vector<Value> other(row.begin(), row.end());
          other[at] = patch(row[at]);
          sink(other);
        },
        lock);
  }

  Store& store_;
  Spoilt spoilt_;
  Memory& memory_;
  bool at_the_outbox_ = false;
};

class SpoiltWrite final : public testing::ForwardingWrites<SpoiltReads<WriteTransaction>> {
 public:
  using ForwardingWrites::ForwardingWrites;

  void insert(TableId table, RowView row) override {
    if (spoilt_ == Spoilt::contacts_not_counted && is(table, "contact_count")) return;
    if (spoilt_ == Spoilt::early_report_lost && is(table, "stray_report")) return;
    if (spoilt_ == Spoilt::hold_lost && is(table, "sending_pace") &&
        row[column(table, "gauge")].bytes().starts_with("hold:"))
      return;
    if (spoilt_ == Spoilt::key_lost && is(table, "idempotency")) return;
    if (spoilt_ == Spoilt::place_lost && is(table, "outbound_message") && memory_.is_due()) return;
    if (is(table, "outbound_attempt")) {
      starts_ = true;
      memory_.last_attempt = own(row.first(1));
      if (spoilt_ == Spoilt::stale_place_starts) {
        // The number alone would give it away.
        std::vector<Value> other(row.begin(), row.end());
        other[column(table, "number")] = Value::integer(100 + ++memory_.due);
        return inner_->insert(table, other);
      }
    }
    if (spoilt_ == Spoilt::webhook_taken_twice && is(table, "message") &&
        row[column(table, "entry")].bytes() == "RECEIVED") {
      const unsigned at = column(table, "provider_message_id");
      const std::string other = std::string(row[at].bytes()) + "#" + std::to_string(++memory_.due);
      std::vector<Value> changed(row.begin(), row.end());
      changed[at] = Value::text(other);
      return inner_->insert(table, changed);
    }
    if (spoilt_ == Spoilt::audit_entry_changed && is(table, "audit_entry") && memory_.is_due()) {
      std::vector<Value> changed(row.begin(), row.end());
      Value& at = changed[column(table, "at")];
      at = Value::integer(at.as_integer() + 1);
      return inner_->insert(table, changed);
    }
    inner_->insert(table, row);
  }

  bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) override {
    if (is(table, "outbound_attempt") && spoilt_ == Spoilt::answer_on_another_attempt &&
        !memory_.last_attempt.empty())
      return inner_->update(table, views(memory_.last_attempt), columns, values);
    if (!is(table, "outbound_message")) return inner_->update(table, primary, columns, values);
    std::vector<unsigned> which(columns.begin(), columns.end());
    std::vector<Value> what(values.begin(), values.end());
    const auto put = [&](std::string_view name, Value value) {
      const unsigned at = column(table, name);
      for (std::size_t i = 0; i < which.size(); ++i)
        if (which[i] == at) return void(what[i] = value);
      which.push_back(at);
      what.push_back(value);
    };
    std::string_view status;
    for (std::size_t i = 0; i < which.size(); ++i)
      if (which[i] == column(table, "status_code")) status = what[i].bytes();
    if (spoilt_ == Spoilt::lane_shared) {
      put("in_flight", Value::null());
      put("in_line", Value::null());
    }
    if (spoilt_ == Spoilt::uncertain_queued_again && status == "UNCERTAIN") {
      put("status_code", Value::text("QUEUED"));
      put("ready", Value::integer(1));
      put("in_flight", Value::null());
    }
    if (spoilt_ == Spoilt::told_while_waiting_lost &&
        (status == "SENT" || status == "DELIVERED" || status == "READ")) {
      bool waits = false;
      inner_->get(
          table, primary, [&](RowView row) { waits = row[column(table, "status_code")].bytes() == "QUEUED"; },
          RowLock::none);
      if (waits) return true;
    }
    if (spoilt_ == Spoilt::tried_again_at_once && status == "QUEUED") put("next_at", Value::integer(0));
    const bool there = inner_->update(table, primary, which, what);
    if (spoilt_ == Spoilt::stale_place_starts && status == "LEASED") {
      inner_->get(
          table, primary,
          [&](RowView row) { memory_.claimed[std::string(primary.front().bytes())] = own(row); },
          RowLock::none);
    }
    return there;
  }

  void commit() override {
    if (spoilt_ == Spoilt::start_not_kept && starts_ && memory_.is_due()) return;
    inner_->commit();
  }

 private:
  bool starts_ = false;
};

class SpoiltStore final : public testing::ForwardingStore {
 public:
  SpoiltStore(std::unique_ptr<Store> inner, Spoilt spoilt)
      : ForwardingStore(std::move(inner)), spoilt_(spoilt) {}
  std::unique_ptr<ReadTransaction> read() override {
    return std::make_unique<SpoiltReads<ReadTransaction>>(inner_->read(), *inner_, spoilt_, memory_);
  }
  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    return std::make_unique<SpoiltWrite>(inner_->write(durability), *inner_, spoilt_, memory_);
  }

 private:
  Spoilt spoilt_;
  Memory memory_;
};

}  // namespace

std::span<const Sabotage> sabotages() { return all; }

Spoiler spoiler(Spoilt spoilt) {
  if (spoilt == Spoilt::nothing) return {};
  return [spoilt](std::unique_ptr<Store> store) -> std::unique_ptr<Store> {
    return std::make_unique<SpoiltStore>(std::move(store), spoilt);
  };
}

}  // namespace atlas::simulation::post
