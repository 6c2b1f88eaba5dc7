#pragma once
// A borrowed callable: two pointers, no allocation. Valid while the callable lives.

#include <memory>
#include <type_traits>
#include <utility>

namespace atlas {

/// A parameter type for callbacks that are called before the callee returns: `FunctionRef<bool(Row)>`.
template <class Signature>
class FunctionRef;

/// See above; made from any callable of that signature, which outlives it.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> && std::is_invocable_r_v<R, F&, Args...>)
      FunctionRef(F&& f)
  noexcept  // NOLINT(google-explicit-constructor): a lambda is passed as it stands
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
        }) {}
  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

}  // namespace atlas
