#pragma once
// Who objects to being contacted, kept in memory: nearly nobody does, and every message asks.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/id.hpp"

namespace atlas::consents {

/// The objections in force of an organisation: by whom, and at which addresses the person is known. Constant
/// once made.
class Objectors {
 public:
  /// Those of the organisation at hand; null where only the store itself can tell, for others write
  /// meanwhile.
  static std::shared_ptr<const Objectors> of(Context& cx);

  explicit Objectors(Context& cx);

  bool none() const { return !too_many_ && parties_.empty(); }
  bool has_party(const Uuid& party) const { return too_many_ || parties_.contains(party); }
  bool has_address(std::string_view address) const {
    return too_many_ || addresses_.contains(std::string(address));
  }

 private:
  struct IdHash {
    std::size_t operator()(const Uuid& id) const noexcept { return std::hash<std::string_view>{}(id.view()); }
  };
  std::unordered_set<Uuid, IdHash> parties_;
  std::unordered_set<std::string> addresses_;
  bool too_many_ = false;
};

/// Has whoever kept them look again, when somebody objects or an objector's addresses change.
void register_objectors(Registry& registry);

}  // namespace atlas::consents
