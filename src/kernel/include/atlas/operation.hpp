#pragma once
// An operation: a name, an input, an output, the permission it needs, whether it writes.

#include <cstdint>
#include <string_view>

namespace atlas {

/// Does an operation change anything? A reading one runs on a snapshot and cannot write.
enum class Effect : std::uint8_t { reads, writes };

/// What every operation states about itself.
struct OperationTraits {
  std::string_view name;  ///< "dossiers.create"
  std::string_view
      permission;  ///< of the matrix; "" = any principal of the organisation but the public; "HOST" = the
                   ///< host only; "PUBLIC" = the public side, and who may look at it (LISTING_READ_PUBLIC);
                   ///< "PROVIDER" = webhooks and the organisation itself
  Effect effect = Effect::reads;
  std::string_view summary;             ///< one sentence, for the reference
  std::string_view feature = {};        ///< "core.dossiers"; "" = always on
  std::string_view or_permission = {};  ///< another permission that lets one in too; the scopes add up
  bool always_durable = false;          ///< whatever the engine's option says
  bool while_suspended = false;         ///< a write that a suspended organisation may still do
  int address_cost = 0;  ///< what it takes of its caller's address's share, in tenths of a call; see
                         ///< KernelOptions::public_calls_per_minute
  /// One step of many, whose last one is always_durable: its own commit need not reach the disk.
  bool bulk = false;
};

/// The typed handle that C++ callers name: `session.call(dossiers::create, {…})`.
template <class In, class Out>
struct Operation {
  using Input = In;
  using Output = Out;
  OperationTraits traits;
};

}  // namespace atlas
