#pragma once
// Values of a statement as libpq wants them: binary, with their types.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/id.hpp"
#include "atlas/value.hpp"

namespace atlas::postgres {

/// The parameters of one statement, in order. Text and blobs are borrowed until it has been sent. Throws
/// invalid_argument for what PostgreSQL's text cannot hold: U+0000.
class Parameters {
 public:
  Parameters& id(const Uuid& id);
  Parameters& integer(std::int64_t n);
  Parameters& text(std::string_view s);
  Parameters& blob(std::string_view s);
  Parameters& integers(std::span<const std::int64_t> array);
  Parameters& texts(std::span<const std::string_view> array);
  /// A cell of a column of this type, which may be absent.
  Parameters& cell(ColumnType type, const Value& value);

  int size() const { return static_cast<int>(items_.size()); }
  const std::uint32_t* types() const { return types_.data(); }
  /// The arrays of PQsendQueryPrepared; valid until the next change.
  const char* const* values();
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  // Bytes of our own are named by where they lie in `own_`, which may move while it grows.
  struct Item {
    const char* borrowed = nullptr;
    std::size_t offset = 0;
    bool null = false;
  };
  void add(std::uint32_t type, Item item, std::size_t size);
  std::size_t begin_own() const { return own_.size(); }
  void put(std::uint64_t n, int bytes);

  std::vector<Item> items_;
  std::vector<std::uint32_t> types_;
  std::vector<int> lengths_, formats_;
  std::vector<const char*> pointers_;
  std::string own_;
};

/// Big-endian, as the wire has it.
std::int64_t read_integer(const char* bytes) noexcept;

}  // namespace atlas::postgres
