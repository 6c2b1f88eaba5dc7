#pragma once
// What an update by an import has to be taken back with. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace atlas::imports {

/// One member that was changed: what gives it its previous value, and what it had after the import. Both are
/// JSON texts, compared as written.
struct UndoField {
  std::string name, before, after;
};

class UndoWriter {
 public:
  void add(std::string_view name, std::string_view before, std::string_view after);
  /// A JSON object; "" when nothing was added.
  std::string text() const { return text_.empty() ? "" : text_ + "}"; }

 private:
  std::string text_;
};

/// Throws storage_corrupt for a text that no UndoWriter wrote.
std::vector<UndoField> read_undo(std::string_view text);

/// The merge patch (RFC 7396) that makes the object `from` into the object `to`.
std::string patch_back(std::string_view from, std::string_view to);

}  // namespace atlas::imports
