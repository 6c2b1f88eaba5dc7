#pragma once
// The codes of an input. Its rules are applied before the transaction begins; whether the organisation lets a
// code be used is known only inside it.

#include <array>
#include <string_view>
#include <utility>

#include "atlas/reference_codes.hpp"

namespace atlas {

/// A check for validate() that refuses what no organisation can have and notes the rest. Borrows the input.
class NotedCodes {
 public:
  bool operator()(std::string_view dictionary, std::string_view code) {
    if (!is_seeded_code(dictionary, code)) {
      if (find_closed_dictionary(dictionary) || !is_reference_dictionary(dictionary)) return false;
      has_unknown_ = true;
    }
    if (size_ < codes_.size()) codes_[size_] = {dictionary, code};
    ++size_;
    return true;
  }
  /// Is there a code that is no seed?
  bool has_unknown() const { return has_unknown_; }
  /// False as well when there are too many to remember: then the input must be gone through again.
  template <class F>
  bool all(F&& is_good) const {
    if (size_ > codes_.size()) return false;
    for (std::size_t i = 0; i < size_; ++i)
      if (!is_good(codes_[i].first, codes_[i].second)) return false;
    return true;
  }

 private:
  std::array<std::pair<std::string_view, std::string_view>, 12> codes_;
  std::size_t size_ = 0;
  bool has_unknown_ = false;
};

}  // namespace atlas
