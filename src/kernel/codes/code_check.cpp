// Which codes a call may use: the seeds, and what the organisation made of them.

#include <algorithm>

#include "atlas/reference_codes.hpp"
#include "code_cache.hpp"
#include "noted_codes.hpp"
#include "session_state.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_kept = 1'000;  // organisations

/// The record that a changing operation answers: its output, or what its output shows flat.
const EntityInfo* entity_of(const Registry& registry, const Schema& output) {
  const auto registered = [&](const Schema& schema) -> const EntityInfo* {
    const auto it = registry.entities().find(schema.name);
    return it != registry.entities().end() && it->second.schema == &schema ? &it->second : nullptr;
  };
  if (const EntityInfo* info = registered(output)) return info;
  for (const Field& f : output.fields)
    if (f.has(flatten) && f.nested) return registered(*f.nested());
  return nullptr;
}

using CodeList = std::vector<std::pair<std::string, std::string>>;

/// Codes that the record to be changed carries already. Of a record that the caller may not see: none.
CodeList carried_codes(UnitOfWork& unit, const OperationInfo& op, const void* in) {
  CodeList out;
  const EntityInfo* info = entity_of(*unit.kernel().registry, *op.output);
  const Field* id = op.input->find("id");
  if (!info || !id || id->kind != Kind::id) return out;
  const Uuid* value = Slot<Uuid>(id->holder, id->address(const_cast<void*>(in))).get();
  if (!value) return out;
  const auto entity = info->make();
  Context cx(unit, &op);
  if (!cx.load(*info, *value, entity.get(), RowLock::none, true)) return out;
  std::vector<FieldError> ignored;
  validate(*info->schema, entity.get(), ignored, [&](std::string_view dictionary, std::string_view code) {
    out.emplace_back(dictionary, code);
    return true;
  });
  return out;
}

}  // namespace

void TenantCodes::add(std::string_view dictionary, std::string_view code, bool active) {
  dictionaries_[std::string(dictionary)].insert_or_assign(std::string(code), active);
}

std::optional<bool> TenantCodes::is_active(std::string_view dictionary,
                                           std::string_view code) const noexcept {
  const auto codes = dictionaries_.find(dictionary);
  if (codes == dictionaries_.end()) return std::nullopt;
  const auto it = codes->second.find(code);
  return it == codes->second.end() ? std::nullopt : std::optional(it->second);
}

bool is_active_code(const TenantCodes* tenant, std::string_view dictionary, std::string_view code) noexcept {
  if (tenant) {
    if (const auto active = tenant->is_active(dictionary, code)) return *active;
  }
  return is_seeded_code(dictionary, code);
}

bool is_known_code(const TenantCodes* tenant, std::string_view dictionary, std::string_view code) noexcept {
  return is_seeded_code(dictionary, code) || (tenant && tenant->is_active(dictionary, code));
}

std::shared_ptr<const TenantCodes> CodeCache::get(CodeSource* source, ReadTransaction& tx, const Uuid& org,
                                                  std::int64_t stamp) {
  if (stamp == 0 || !source) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto it = kept_.find(org);
    if (it != kept_.end() && it->second.stamp == stamp) return it->second.codes;
  }
  auto codes = std::make_shared<const TenantCodes>(source->load(tx));
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= max_kept) kept_.clear();
  kept_.insert_or_assign(org, Kept{stamp, codes});
  return codes;
}

const std::shared_ptr<const TenantCodes>& UnitOfWork::shared_codes() {
  const std::int64_t stamp = access_ ? access_->reference_stamp : 0;
  if (stamp != codes_stamp_) {
    codes_ = kernel_.codes.get(kernel_.registry->codes(), read(), organisation_, stamp);
    codes_stamp_ = stamp;
  }
  return codes_;
}

void Kernel::Impl::check_codes(UnitOfWork& unit, const OperationInfo& op, const void* in,
                               const NotedCodes& noted) {
  const TenantCodes* tenant = unit.codes();
  if (!tenant && !noted.has_unknown()) return;
  const bool writes = op.traits.effect == Effect::writes;
  // What is only read for (a filter) may be switched off.
  const auto usable = [&](std::string_view dictionary, std::string_view code) {
    return writes ? is_active_code(tenant, dictionary, code) : is_known_code(tenant, dictionary, code);
  };
  if (noted.all(usable)) return;
  const CodeList carried = writes && tenant ? carried_codes(unit, op, in) : CodeList{};
  std::vector<FieldError> errors;
  validate(*op.input, in, errors, [&](std::string_view dictionary, std::string_view code) {
    return usable(dictionary, code) || std::any_of(carried.begin(), carried.end(), [&](const auto& c) {
             return c.first == dictionary && c.second == code;
           });
  });
  throw_if_any(std::move(errors));
}

std::shared_ptr<const TenantCodes> Kernel::Impl::codes_of(SessionState& session) {
  if (session.principal.org.is_nil()) return nullptr;
  try {
    if (session.batch) {
      const std::lock_guard use(session.batch->mutex);
      if (!session.batch->unit) return nullptr;
      session.batch->unit->load_access();
      return session.batch->unit->shared_codes();
    }
    const auto tx = store->read();
    tx->enter(session.principal.org);
    const Access access = registry->access().load(*tx, session.principal);
    return codes.get(registry->codes(), *tx, session.principal.org, access.reference_stamp);
  } catch (const Error&) {
    return nullptr;  // whoever is not let in hears of the seeds alone
  }
}

}  // namespace atlas
