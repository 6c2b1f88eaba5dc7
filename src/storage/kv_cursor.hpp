#pragma once
// Reads a stretch of a KvStore in batches, so that other calls of the transaction may come between.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/kv_store.hpp"

namespace atlas::kv {

/// Walks begin ≤ key < end. What next() gives is valid until the next call of next(). Sees the stretch as it
/// was when a batch was read: the transaction must not write to it meanwhile.
class Cursor {
 public:
  Cursor(KvTransaction& kv, std::string begin, std::string end, bool descending)
      : kv_(&kv), begin_(std::move(begin)), end_(std::move(end)), descending_(descending) {}

  bool next(std::string_view& key, std::string_view& value) {
    if (at_ == batch_.size() && !fill()) return false;
    const Slice& slice = batch_[at_++];
    key = std::string_view(bytes_).substr(slice.at, slice.key);
    value = std::string_view(bytes_).substr(slice.at + slice.key, slice.value);
    return true;
  }

 private:
  struct Slice {
    std::size_t at, key, value;
  };
  static constexpr std::size_t largest = 512;
  static constexpr std::size_t largest_bytes = 1 << 20;

  bool fill() {
    bytes_.clear();
    batch_.clear();
    at_ = 0;
    if (done_ || begin_ >= end_) return false;
    done_ = true;  // unless the batch fills up
    kv_->scan(begin_, end_, descending_, [this](std::string_view key, std::string_view value) {
      batch_.push_back({bytes_.size(), key.size(), value.size()});
      bytes_.append(key).append(value);
      done_ = batch_.size() < wanted_ && bytes_.size() < largest_bytes;
      return done_;
    });
    if (batch_.empty()) return false;
    const std::string_view last = std::string_view(bytes_).substr(batch_.back().at, batch_.back().key);
    if (descending_) {
      end_ = last;
    } else {
      begin_.assign(last).push_back('\0');
    }
    wanted_ = wanted_ * 4 < largest ? wanted_ * 4 : largest;
    return true;
  }

  KvTransaction* kv_;
  std::string begin_, end_;
  bool descending_;
  bool done_ = false;
  std::size_t wanted_ = 8;
  std::string bytes_;
  std::vector<Slice> batch_;
  std::size_t at_ = 0;
};

}  // namespace atlas::kv
