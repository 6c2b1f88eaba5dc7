// Version, status, errors and buffers.

#include "atlas/crypto.hpp"
#include "guard.hpp"

namespace atlas::capi {
namespace {

constexpr char out_of_memory_text[] = "memory is short; nothing was changed";
constexpr char out_of_memory_json[] =
    R"({"code":"internal","message":"memory is short; nothing was changed","details":{"reason":"out_of_memory"}})";

constinit const atlas_error out_of_memory(ATLAS_E_INTERNAL, "internal", out_of_memory_text,
                                          out_of_memory_json);

struct OwnedError : atlas_error {
  explicit OwnedError(const Error& error)
      : atlas_error(static_cast<atlas_status>(error.code()), error_info(error.code()).text.data(), nullptr,
                    nullptr),
        message_text(error.message()),
        json_text(error.to_json()) {
    message = message_text.c_str();
    json = json_text.c_str();
  }
  std::string message_text;
  std::string json_text;
};

bool is_error(const atlas_error* error) noexcept {
  return error != nullptr && error->word.load(std::memory_order_acquire) == atlas_error::kind_word;
}

bool is_buffer(const atlas_buffer* buffer) noexcept {
  return buffer != nullptr && buffer->word.load(std::memory_order_acquire) == atlas_buffer::kind_word;
}

}  // namespace

atlas_status fail_without_memory(atlas_error** out) noexcept {
  // Only ever read: the type of a handle has no const.
  if (out != nullptr) *out = const_cast<atlas_error*>(&out_of_memory);
  return out_of_memory.status;
}

atlas_status fail(atlas_error** out, const Error& error) noexcept {
  if (out != nullptr) {
    try {
      *out = new OwnedError(error);
    } catch (...) {
      *out = const_cast<atlas_error*>(&out_of_memory);
    }
  }
  return static_cast<atlas_status>(error.code());
}

atlas_status fail_unexpected(atlas_error** out) noexcept {
  try {
    return fail(out, Error(ErrorCode::internal, "an unexpected failure"));
  } catch (...) {
    return fail_without_memory(out);
  }
}

void wipe_text(std::string& text) noexcept {
  // Within the capacity: nothing is allocated.
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

}  // namespace atlas::capi

using namespace atlas::capi;

extern "C" {

int32_t atlas_version(void) noexcept { return ATLAS_VERSION_NUMBER; }
const char* atlas_version_string(void) noexcept { return atlas::version_string().data(); }

const char* atlas_status_text(atlas_status status) noexcept {
  if (status == ATLAS_DONE) return "done";
  for (const atlas::ErrorInfo& row : atlas::error_table()) {
    if (static_cast<atlas_status>(row.code) == status) return row.text.data();
  }
  return "unknown";
}

const char* atlas_status_advice(atlas_status status) noexcept {
  if (status == ATLAS_DONE) return "Stop: the walk is at its end.";
  for (const atlas::ErrorInfo& row : atlas::error_table()) {
    if (static_cast<atlas_status>(row.code) == status) return row.advice.data();
  }
  return "";
}

int32_t atlas_status_http(atlas_status status) noexcept {
  if (status == ATLAS_DONE) return 200;
  return atlas::error_info(static_cast<atlas::ErrorCode>(status)).http;
}

const char* atlas_buffer_data(const atlas_buffer* buffer) noexcept {
  return is_buffer(buffer) ? buffer->text.c_str() : nullptr;
}
size_t atlas_buffer_size(const atlas_buffer* buffer) noexcept {
  return is_buffer(buffer) ? buffer->text.size() : 0;
}
void atlas_buffer_free(atlas_buffer* buffer) noexcept {
  if (!is_buffer(buffer)) return;
  buffer->word.store(closed_word, std::memory_order_release);
  delete buffer;
}

atlas_status atlas_error_status(const atlas_error* error) noexcept {
  return is_error(error) ? error->status : ATLAS_OK;
}
const char* atlas_error_code(const atlas_error* error) noexcept { return is_error(error) ? error->code : ""; }
const char* atlas_error_message(const atlas_error* error) noexcept {
  return is_error(error) ? error->message : "";
}
const char* atlas_error_json(const atlas_error* error) noexcept { return is_error(error) ? error->json : ""; }
void atlas_error_free(atlas_error* error) noexcept {
  if (!is_error(error) || error == &out_of_memory) return;
  error->word.store(closed_word, std::memory_order_release);
  delete static_cast<OwnedError*>(error);
}

}  // extern "C"
