#pragma once
// The one way into every extern "C" body: outputs emptied, arguments judged, exceptions made into a status
// and an error object.

#include <cstring>
#include <new>
#include <string_view>

#include "handles.hpp"

namespace atlas::capi {

/// No text that is passed in is longer: a greater length is a mistake of the caller's.
inline constexpr std::size_t max_text = std::size_t{1} << 30;

inline Error misuse(const char* reason, const char* message) {
  return Error(ErrorCode::misuse, message).with("reason", reason);
}

/// The error object for `error`, into `out` unless that is NULL; its status. When memory is short, the static
/// one.
atlas_status fail(atlas_error** out, const Error& error) noexcept;
atlas_status fail_without_memory(atlas_error** out) noexcept;
atlas_status fail_unexpected(atlas_error** out) noexcept;

/// Runs `body`, which returns a status and throws whatever it likes.
template <class Body>
atlas_status guard(atlas_error** out_error, Body&& body) noexcept {
  if (out_error != nullptr) *out_error = nullptr;
  try {
    return body();
  } catch (const Error& error) {
    return fail(out_error, error);
  } catch (const std::bad_alloc&) {
    return fail_without_memory(out_error);
  } catch (...) {
    return fail_unexpected(out_error);
  }
}

/// The handle, of its kind and open.
template <class H>
H& checked(H* handle) {
  if (handle == nullptr) throw misuse("null_argument", "a handle is NULL");
  const std::uint64_t word = handle->word.load(std::memory_order_acquire);
  if (word == closed_word) throw misuse("closed", "the handle was closed");
  if (word != H::kind_word) throw misuse("wrong_handle", "the handle is of another kind, or was freed");
  return *handle;
}

/// Where to put a result, emptied.
template <class T>
T& emptied(T* out) {
  if (out == nullptr) throw misuse("null_argument", "an out-parameter is NULL");
  return *out = T{};
}
template <class T>
void empty_optional(T* out) noexcept {
  if (out != nullptr) *out = T{};
}

/// A text that came in.
inline std::string_view text(const char* data, std::size_t size) {
  if (data == nullptr) {
    if (size != 0) throw misuse("null_argument", "a text is NULL and its length is not 0");
    return {};
  }
  if (size == ATLAS_NUL) size = std::strlen(data);
  if (size > max_text) throw misuse("size", "a length is larger than any text");
  return {data, size};
}

/// Copies a caller's table whatever its version: newer members are left out, ones that it lacks are zero, and
/// one that lacks what was there from the beginning is misuse.
template <class Table>
Table copy_table(const Table* table, std::size_t first_version_size) {
  if (table == nullptr) throw misuse("null_argument", "the table is NULL");
  const std::size_t size = table->struct_size;
  constexpr std::size_t largest = 4096;
  if (size < first_version_size || size > largest || size % alignof(Table) != 0) {
    throw misuse("size", "struct_size is not the size of such a table");
  }
  Table copy{};
  std::memcpy(&copy, table, size < sizeof copy ? size : sizeof copy);
  return copy;
}

template <class F>
void require_function(F function) {
  if (function == nullptr) throw misuse("null_argument", "a required function is NULL");
}

/// A buffer for the caller.
inline atlas_buffer* to_buffer(std::string text) { return new atlas_buffer(std::move(text)); }

/// Overwrites a text with a secret, what a short one left in the object itself included.
void wipe_text(std::string& text) noexcept;

}  // namespace atlas::capi
