#include "atlas/secrets.hpp"

#include <utility>

#include "atlas/crypto.hpp"

namespace atlas {

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  other.forget();  // a short text is copied by the move, not taken
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    forget();
    text_ = std::move(other.text_);
    other.forget();
  }
  return *this;
}

void Secret::forget() noexcept {
  text_.resize(text_.capacity());
  wipe(text_.data(), text_.size());
  text_.clear();
}

}  // namespace atlas
