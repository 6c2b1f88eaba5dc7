#pragma once
// Who may see which of the two records of a pair.

#include "detecting.hpp"

namespace atlas::duplicates {

/// May the caller read this record?
bool may_read(Context& cx, std::size_t kind, const Uuid& id);

/// Is the field (of several: "lat+lng") one that the caller does not get to see on records of the kind?
bool is_hidden(Context& cx, std::size_t kind, std::string_view field);

/// The pair without what the caller may not know.
Signal told(Context& cx, const DuplicateSignal& signal);

/// A pair is mine when one of its two records is: for `entity`, whose `kind_field` says of which kind the
/// records are that the two id fields name.
void register_pair_scope(Registry& registry, const Schema& entity, std::string_view first,
                         std::string_view second);

/// duplicates.list, .confirm, .dismiss.
void register_signals(Registry& registry);
/// duplicates.explain, .cluster.
void register_explaining(Registry& registry);
/// duplicates.scan and its kin, and the work itself.
void register_scanning(Registry& registry);

/// Begins a run over all records of a kind; the caller is told by duplicates.get_scan.
DuplicateScan begin_scan(Context& cx, std::size_t kind, std::string_view purpose, bool dry,
                         const std::string& model_version);

}  // namespace atlas::duplicates
