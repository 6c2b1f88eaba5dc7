#pragma once
// How a port of the host's comes into options.

#include <memory>

#include "guard.hpp"

namespace atlas::capi {

/// Gives `make` a user_data that frees nothing until everything that may fail is done; what `make` returns
/// puts the new port in its place without failing.
template <class Make>
atlas_status bring(atlas_options* options, void* user_data, atlas_free_fn free, atlas_error** out_error,
                   Make&& make) noexcept {
  return guard(out_error, [&] {
    Options& o = checked(options).options;
    const auto data = std::make_shared<UserData>(user_data, free);
    try {
      make(o, data);
    } catch (...) {
      data->release();
      throw;
    }
    return ATLAS_OK;
  });
}

}  // namespace atlas::capi
