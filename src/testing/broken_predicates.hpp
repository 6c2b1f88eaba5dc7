#pragma once
// Predicates as a broken backend understands them.

#include "atlas/query.hpp"

namespace atlas::testing {

/// Every way in which a backend of the harness is broken.
enum class Breakage : int {
  // cells and rows
  null_is_zero,
  numbers_as_doubles,
  values_cut,
  update_says_true,
  erase_says_true,
  insert_overwrites,
  erase_by_first_column,
  // unique keys
  unique_ignored_on_insert,
  unique_ignored_on_update,
  unique_values_kept,
  null_is_a_unique_value,
  unique_across_organisations,
  // aggregates and counts
  absent_sum_is_zero,
  sum_wraps,
  count_ignores_limit,
  // predicates
  less_equal_is_less,
  text_ignores_case,
  blobs_signed,
  not_equal_true_for_absent,
  negation_three_valued,
  in_looks_at_first,
  prefix_has_wildcards,
  contains_has_wildcards,
  any_of_none_is_true,
  exists_ignores_condition,
  depth_is_cut,
  // scans
  descending_ignored,
  ties_ascend,
  absent_first,
  key_hides_rows,
  limit_and_one,
  sink_exception_lost,
  after_loses_ties,
  after_is_offset,
  after_must_exist,
  in_not_merged,
  thousand_rows,
  // tenants
  get_leaks,
  scan_leaks,
  count_leaks,
  aggregate_leaks,
  search_leaks,
  exists_leaks,
  update_leaks,
  enter_not_needed,
  directory_needs_enter,
  enter_inherited,
  // full text
  search_any_word,
  prefix_not_searched,
  search_ignores_after,
  tokens_late,
  erased_found,
  tokens_not_undone,
  tokens_need_row,
  tokens_cut,
  // transactions
  fast_commit_lost,
  rollback_commits,
  unwinding_commits,
  own_writes_unseen,
  uncommitted_seen,
  reads_not_one_state,
  readers_lock,
  savepoint_ignored,
  nested_savepoint_ignored,
  conflict_undoes_savepoint,
  // threads
  locked_reads_stale,
  names_not_locked,
  one_name_for_all,
  skip_locked_waits,
  skip_locked_takes,
  readers_wait,
  last_writer_first,
  // opening
  wrong_version,
  meta_hidden,
  forgets,
  creates_unasked,
  read_only_ignored,
  newer_opened,
  migrates_unasked,
  migration_forgets,
  failed_migration_forgets,
  no_clock,
  backup_pretends,
};

/// `predicate` changed into what the broken backend takes it for.
Predicate misread(Breakage breakage, const Table& table, const Predicate& predicate, int depth = 0);

}  // namespace atlas::testing
