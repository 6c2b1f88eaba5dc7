#include "atlas/forget.hpp"

#include "unit_of_work.hpp"

namespace atlas {

bool forget(Context& cx, const EntityInfo& info, const Uuid& id) {
  if (!info.bookkeeping) throw Error(ErrorCode::internal, "only bookkeeping is forgotten");
  const Value primary[] = {Value::id(id)};
  return cx.unit().write().erase(info.table, primary);
}

}  // namespace atlas
