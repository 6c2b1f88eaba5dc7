#include "atlas/testing/broken_stores.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "broken_transactions.hpp"
#include "conformance_case.hpp"

namespace atlas::testing {

using enum Breakage;

namespace {

class BrokenlyDone final : public ForwardingStore {
 public:
  BrokenlyDone(std::unique_ptr<Store> inner, Breakage breakage) : ForwardingStore(std::move(inner)) {
    state_.breakage = breakage;
    state_.store = inner_.get();
  }

  int schema_version() const override {
    return state_.breakage == wrong_version ? 0 : ForwardingStore::schema_version();
  }

  std::unique_ptr<ReadTransaction> read() override {
    if (state_.breakage == readers_wait) {
      std::unique_lock lock(state_.mutex);
      state_.changed.wait(lock, [&] { return !state_.writing; });
    }
    return std::make_unique<BrokenRead>(inner_->read(), state_);
  }

  std::unique_ptr<WriteTransaction> write(Durability durability) override {
    if (state_.breakage == last_writer_first) {
      std::unique_lock lock(state_.mutex);
      const std::uint64_t arrival = ++state_.arrivals;
      state_.waiting.push_back(arrival);
      state_.changed.wait(lock, [&] { return !state_.writing && state_.waiting.back() == arrival; });
      state_.waiting.pop_back();
      state_.writing = true;
    }
    std::unique_ptr<ReadTransaction> earlier;
    if (state_.breakage == locked_reads_stale) {
      earlier = inner_->read();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    auto inner = inner_->write(durability);
    {
      const std::lock_guard lock(state_.mutex);
      state_.writing = true;
    }
    return std::make_unique<BrokenWrite>(std::move(inner), state_, durability, std::move(earlier));
  }

  void backup(const std::string& path) override {
    if (state_.breakage != backup_pretends) ForwardingStore::backup(path);
  }

 private:
  BrokenState state_;
};

class BrokenPlace final : public StorePlace {
 public:
  BrokenPlace(StoreBackend sound, Breakage breakage)
      : sound_(std::move(sound)), breakage_(breakage), place_(sound_.new_place()) {}

  std::unique_ptr<Store> open(const StoreOpening& asked) override {
    StoreOpening opening = asked;
    if (breakage_ == forgets || (breakage_ == migration_forgets && opening.migrate && !opening.read_only))
      renew();
    if (breakage_ == creates_unasked) opening.create = true;
    if (breakage_ == read_only_ignored) opening.read_only = false;
    if (breakage_ == migrates_unasked && opening.migrations.size() > 1) opening.migrate = true;
    try {
      return std::make_unique<BrokenlyDone>(place_->open(opening), breakage_);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::storage_newer_version && breakage_ == newer_opened) {
        opening.migrations = case_migrations();
        return place_->open(opening);
      }
      if (breakage_ == failed_migration_forgets) renew();
      throw;
    }
  }

 private:
  void renew() { place_ = sound_.new_place(); }

  StoreBackend sound_;
  Breakage breakage_;
  std::unique_ptr<StorePlace> place_;
};

constexpr int as(Breakage breakage) { return static_cast<int>(breakage); }

constexpr BrokenStore all[] = {
    {"null is stored as zero", "rows.insert_get", as(null_is_zero)},
    {"numbers lose their low bits", "rows.all_values", as(numbers_as_doubles)},
    {"values are cut at one megabyte", "rows.large_values", as(values_cut)},
    {"update() of a missing row is true", "rows.update", as(update_says_true)},
    {"erase() of a missing row is true", "rows.erase", as(erase_says_true)},
    {"insert() overwrites", "rows.existing_primary", as(insert_overwrites)},
    {"erase() goes by the first primary column", "rows.composite_primary", as(erase_by_first_column)},
    {"insert() ignores unique keys", "unique.insert", as(unique_ignored_on_insert)},
    {"insert() ignores unique keys", "threads.unique_race", as(unique_ignored_on_insert)},
    {"update() ignores unique keys", "unique.update", as(unique_ignored_on_update)},
    {"an erased row keeps its unique values", "unique.freed", as(unique_values_kept)},
    {"null is one unique value", "unique.null", as(null_is_a_unique_value)},
    {"a sum of nothing is zero", "aggregate.groups", as(absent_sum_is_zero)},
    {"sums wrap around", "aggregate.overflow", as(sum_wraps)},
    {"<= is <", "predicate.numbers", as(less_equal_is_less)},
    {"<= is <", "random.seeds_1", as(less_equal_is_less)},
    {"text compares without case", "predicate.texts", as(text_ignores_case)},
    {"text compares without case", "random.seeds_11", as(text_ignores_case)},
    {"blobs compare by signed bytes", "predicate.blobs", as(blobs_signed)},
    {"!= is true for absent", "predicate.absent", as(not_equal_true_for_absent)},
    {"negation is three-valued", "predicate.negation", as(negation_three_valued)},
    {"negation is three-valued", "random.seeds_21", as(negation_three_valued)},
    {"in looks at its first value", "predicate.in", as(in_looks_at_first)},
    {"prefix knows wildcards", "predicate.prefix", as(prefix_has_wildcards)},
    {"contains knows wildcards", "predicate.contains", as(contains_has_wildcards)},
    {"any of none is true", "predicate.logic", as(any_of_none_is_true)},
    {"exists ignores its condition", "predicate.exists", as(exists_ignores_condition)},
    {"deep predicates are cut", "predicate.many_terms", as(depth_is_cut)},
    {"count() ignores its limit", "count.limit", as(count_ignores_limit)},
    {"descending is ascending", "scan.order", as(descending_ignored)},
    {"ties always ascend", "scan.ties", as(ties_ascend)},
    {"absent values first", "scan.absent_last", as(absent_first)},
    {"a key hides the rows it lacks", "scan.by_key", as(key_hides_rows)},
    {"one row more than the limit", "scan.limit", as(limit_and_one)},
    {"what a sink throws is lost", "scan.sink_throws", as(sink_exception_lost)},
    {"going on loses ties", "scan.paging", as(after_loses_ties)},
    {"going on counts rows", "scan.paging_under_writes", as(after_is_offset)},
    {"going on needs the row", "scan.after_gone", as(after_must_exist)},
    {"several values of a key come one after the other", "scan.merged", as(in_not_merged)},
    {"get() leaks", "tenant.get", as(get_leaks)},
    {"scan() leaks", "tenant.scan", as(scan_leaks)},
    {"count() leaks", "tenant.count", as(count_leaks)},
    {"aggregate() leaks", "tenant.aggregate", as(aggregate_leaks)},
    {"search_text() leaks", "tenant.search", as(search_leaks)},
    {"exists leaks", "tenant.exists", as(exists_leaks)},
    {"update() reaches across", "tenant.write", as(update_leaks)},
    {"unique keys hold across", "tenant.unique", as(unique_across_organisations)},
    {"enter() is not needed", "tenant.enter", as(enter_not_needed)},
    {"the directory needs enter()", "tenant.directory", as(directory_needs_enter)},
    {"a transaction inherits its organisation", "tenant.forgotten", as(enter_inherited)},
    {"a search takes any word", "text.words", as(search_any_word)},
    {"no search by prefix", "text.prefix", as(prefix_not_searched)},
    {"a search starts over", "text.pages", as(search_ignores_after)},
    {"tokens are stale until the commit", "text.changes", as(tokens_late)},
    {"erased rows are found", "text.erased", as(erased_found)},
    {"tokens are not undone", "text.undone", as(tokens_not_undone)},
    {"tokens need their row", "text.before_row", as(tokens_need_row)},
    {"long texts are cut", "text.many", as(tokens_cut)},
    {"fast commits are lost", "transaction.commit", as(fast_commit_lost)},
    {"a rollback commits", "transaction.rollback", as(rollback_commits)},
    {"an exception commits", "transaction.exception", as(unwinding_commits)},
    {"a transaction does not see its own changes", "transaction.own_writes", as(own_writes_unseen)},
    {"readers see what is not committed", "transaction.committed_only", as(uncommitted_seen)},
    {"each read sees another state", "transaction.snapshot", as(reads_not_one_state)},
    {"each read sees another state", "threads.readers_and_writer", as(reads_not_one_state)},
    {"a read transaction takes locks", "transaction.locks", as(readers_lock)},
    {"a scan ends at a thousand rows", "transaction.many_rows", as(thousand_rows)},
    {"rollback_to() undoes nothing", "savepoint.rollback", as(savepoint_ignored)},
    {"savepoints do not nest", "savepoint.nested", as(nested_savepoint_ignored)},
    {"a conflict undoes its savepoint", "savepoint.conflict", as(conflict_undoes_savepoint)},
    {"locked rows are read as they were before", "threads.counter", as(locked_reads_stale)},
    {"locked rows are read as they were before", "threads.update_lock", as(locked_reads_stale)},
    {"locked rows are read as they were before", "threads.claims", as(locked_reads_stale)},
    {"locked rows are read as they were before", "threads.opposite_order", as(locked_reads_stale)},
    {"names are not locked", "threads.named_locks", as(names_not_locked), true},
    {"one name stands for all", "threads.named_locks_apart", as(one_name_for_all), true},
    {"locked rows are waited for", "threads.skip_locked", as(skip_locked_waits), true},
    {"locked rows are taken", "threads.skip_locked", as(skip_locked_takes), true},
    {"readers wait for the writer", "threads.reads_beside_writer", as(readers_wait)},
    {"the last writer comes first", "threads.fair", as(last_writer_first)},
    {"the version is wrong", "version.new", as(wrong_version)},
    {"store_meta is hidden", "version.meta", as(meta_hidden)},
    {"what was committed is forgotten", "version.reopen", as(forgets)},
    {"what was committed is forgotten", "store.opened_twice", as(forgets)},
    {"a store is made unasked", "version.create_refused", as(creates_unasked)},
    {"a store for reading is written", "version.read_only", as(read_only_ignored)},
    {"a newer store is opened", "version.newer", as(newer_opened)},
    {"an older store is migrated unasked", "version.older", as(migrates_unasked)},
    {"a migration forgets the rows", "version.upgrade", as(migration_forgets)},
    {"a migration forgets the rows", "version.upgrade_in_steps", as(migration_forgets)},
    {"a migration that fails forgets the rows", "version.upgrade_fails_whole", as(failed_migration_forgets)},
    {"now() stands still", "store.clock", as(no_clock)},
    {"backup() pretends", "store.unsupported", as(backup_pretends)},
};

/// Can the fault show on this backend at all?
bool can_judge(const BrokenStore& broken, const StoreBackend& backend) {
  if (run_store_case(broken.caught_by, backend).outcome != Outcome::passed) return false;
  if (broken.needs_concurrent_writers || broken.caught_by == "store.unsupported") {
    StoreOpening opening;
    opening.migrations = case_migrations().first(1);
    const auto place = backend.new_place();
    const StoreCapabilities capabilities = place->open(opening)->capabilities();
    return broken.needs_concurrent_writers ? capabilities.concurrent_writers : !capabilities.backup;
  }
  return true;
}

}  // namespace

std::span<const BrokenStore> broken_stores() { return all; }

StoreBackend break_backend(const StoreBackend& backend, const BrokenStore& broken) {
  StoreBackend result = backend;
  result.name += " (" + std::string(broken.what) + ")";
  result.new_place = [backend, breakage = static_cast<Breakage>(broken.breakage)] {
    return std::make_unique<BrokenPlace>(backend, breakage);
  };
  return result;
}

std::vector<BrokenVerdict> judge_broken_stores(const StoreBackend& backend, bool only_concurrent) {
  std::vector<BrokenVerdict> verdicts;
  for (const BrokenStore& broken : all) {
    if (only_concurrent && !broken.needs_concurrent_writers) continue;
    BrokenVerdict& verdict =
        verdicts.emplace_back(BrokenVerdict{&broken, can_judge(broken, backend), false, {}});
    const StoreBackend under_judgement = break_backend(backend, broken);
    const int attempts = broken.caught_by.starts_with("threads.") ? 5 : 1;
    for (int i = 0; verdict.judged && !verdict.caught && i < attempts; ++i) {
      const CaseResult result = run_store_case(broken.caught_by, under_judgement);
      verdict.caught = result.outcome == Outcome::failed;
      verdict.message = result.message;
    }
  }
  return verdicts;
}

int broken_stores_main(int argc, char** argv, const StoreBackend& backend, bool only_concurrent) {
  const bool verbose = argc > 1 && std::string_view(argv[1]) == "--verbose";
  std::size_t judged = 0;
  std::size_t caught = 0;
  for (const CaseInfo& one : store_cases()) {
    const bool named = std::any_of(std::begin(all), std::end(all),
                                   [&](const BrokenStore& broken) { return broken.caught_by == one.name; });
    if (named) continue;
    std::printf("no broken store is meant for %s\n", std::string(one.name).c_str());
    return 1;
  }
  for (const BrokenVerdict& verdict : judge_broken_stores(backend, only_concurrent)) {
    judged += verdict.judged ? 1 : 0;
    caught += verdict.caught ? 1 : 0;
    if (!verbose && (verdict.caught || !verdict.judged)) continue;
    std::printf("%s: %s by %s%s%s\n", std::string(verdict.broken->what).c_str(),
                !verdict.judged  ? "cannot be judged"
                : verdict.caught ? "caught"
                                 : "NOT CAUGHT",
                std::string(verdict.broken->caught_by).c_str(), verdict.message.empty() ? "" : ": ",
                verdict.message.c_str());
  }
  std::printf("%s: %zu of %zu broken stores caught\n", backend.name.c_str(), caught, judged);
  return judged > 0 && caught == judged ? 0 : 1;
}

}  // namespace atlas::testing
