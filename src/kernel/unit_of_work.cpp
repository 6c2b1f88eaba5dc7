#include "unit_of_work.hpp"

#include <algorithm>

#include "audit_log.hpp"

namespace atlas {
namespace {

constexpr std::uint64_t checkpoint_every = 10'000;

bool is_same(const Principal& a, const Principal& b) {
  return a.kind == b.kind && a.org == b.org && a.id == b.id && a.roles == b.roles &&
         a.on_behalf_of == b.on_behalf_of && a.client == b.client;
}

}  // namespace

UnitOfWork::UnitOfWork(Kernel::Impl& kernel, const Principal& principal, Effect effect, Durability durability,
                       std::unique_ptr<WriterGate::Pass> pass)
    : kernel_(kernel), pass_(std::move(pass)), principal_(principal) {
  if (effect == Effect::writes)
    write_ = kernel.store->write(durability);
  else
    read_ = kernel.store->read();
  if (!principal.org.is_nil()) enter(principal.org);
}

UnitOfWork::~UnitOfWork() = default;

ReadTransaction& UnitOfWork::read() { return write_ ? *write_ : *read_; }

WriteTransaction& UnitOfWork::write() {
  if (!write_) throw Error(ErrorCode::internal, "a read operation tried to write");
  return *write_;
}

void UnitOfWork::enter(const Uuid& org) {
  read().enter(org);
  organisation_ = org;
}

void UnitOfWork::become(const Principal& principal) {
  principal_ = principal;
  access_.reset();
  enter(principal.org);
}

void UnitOfWork::begin_call(std::string correlation_id) {
  now_ = kernel_.options.clock->now();
  correlation_id_ = std::move(correlation_id);
  memory_.forget_holders();
  // With one writer nobody else changes users or organisations while we hold it.
  if (!writes() || kernel_.store->capabilities().concurrent_writers) access_.reset();
}

void UnitOfWork::serve(const Principal& principal) {
  if (is_same(principal, principal_)) return;
  principal_ = principal;
  access_.reset();
  memory_.forget();
}

void UnitOfWork::load_access() {
  if (!access_) access_ = kernel_.registry->access().load(read(), principal_);
}

const Access& UnitOfWork::access() const {
  if (!access_) throw Error(ErrorCode::internal, "the principal's access is not loaded");
  return *access_;
}

AuditEntry& UnitOfWork::add_entry(std::string action, std::string_view entity_kind,
                                  std::optional<Uuid> entity_id) {
  write();
  AuditEntry& e = pending_.emplace_back();
  e.org = organisation_;
  e.at = now_;
  e.actor.kind = to_string(principal_.kind);
  if (!principal_.id.is_nil()) e.actor.id = format_uuid(principal_.id);
  if (!principal_.on_behalf_of.is_nil()) e.actor.on_behalf_of = format_uuid(principal_.on_behalf_of);
  if (!principal_.roles.empty()) {
    std::vector<std::string> roles = principal_.roles;
    std::sort(roles.begin(), roles.end());
    for (const std::string& role : roles) e.actor.roles += (e.actor.roles.empty() ? "" : ",") + role;
  }
  e.action = std::move(action);
  e.entity_kind = entity_kind;
  e.entity_id = entity_id;
  e.schema_version = kernel_.store->schema_version();
  e.correlation_id = correlation_id_;
  return e;
}

Uuid UnitOfWork::create_subject() {
  const Subject s = kernel_.vault->create(write());
  last_subject_ = {s.id, s.key};
  return s.id;
}

std::optional<SubjectKey> UnitOfWork::subject_key(const Uuid& subject) {
  if (last_subject_ && last_subject_->first == subject) return last_subject_->second;
  auto key = kernel_.vault->find(read(), subject);
  if (key) last_subject_ = {subject, *key};
  return key;
}

SealedPart UnitOfWork::seal_part(const Uuid& subject, const SubjectKey& key, std::string_view patch) {
  return {subject, seal(key.seal, patch, subject.view(), *kernel_.options.entropy)};
}

void UnitOfWork::schedule(std::string_view kind, Timestamp at) {
  const Value primary[] = {Value::id(organisation_), Value::text(kind)};
  std::optional<std::int64_t> next;
  write().get(
      kernel_.tables.due, primary, [&](RowView row) { next = row[due_column::next_at].as_integer(); },
      RowLock::update);
  if (!next) {
    const Value row[] = {primary[0], primary[1], Value::integer(at.micros)};
    try {
      write().insert(kernel_.tables.due, row);
      return;
    } catch (const Error& e) {
      if (e.code() != ErrorCode::conflict) throw;  // another host asked for it meanwhile
      write().get(
          kernel_.tables.due, primary, [&](RowView r) { next = r[due_column::next_at].as_integer(); },
          RowLock::update);
    }
  }
  if (next && at.micros < *next) {
    const unsigned columns[] = {due_column::next_at};
    const Value values[] = {Value::integer(at.micros)};
    write().update(kernel_.tables.due, primary, columns, values);
  }
}

void UnitOfWork::enter_new(const Uuid& org, std::string_view name) {
  const Value row[] = {Value::id(org), Value::text(name), Value::text("ORG_ACTIVE")};
  write().insert(kernel_.tables.directory, row);
  enter(org);
  create_head(write(), kernel_.tables);
}

std::string UnitOfWork::seal_result(std::string_view text, std::string_view name) {
  const auto key = subject_key(access().org_subject);
  if (!key) throw Error(ErrorCode::storage_corrupt, "the organisation's key is gone");
  return seal(key->seal, text, name, *kernel_.options.entropy);
}

std::optional<std::string> UnitOfWork::open_result(std::string_view sealed, std::string_view name) {
  const auto key = subject_key(access().org_subject);
  return key ? unseal(key->seal, sealed, name) : std::nullopt;
}

std::vector<Event> UnitOfWork::events() const {
  std::vector<Event> out;
  for (const AuditEntry& e : pending_)
    out.push_back({e.org, e.seq, e.action, e.entity_kind, e.entity_id, e.at});
  return out;
}

void UnitOfWork::savepoint() {
  write().savepoint();
  marks_.push_back(position());
}

void UnitOfWork::release() {
  write().release();
  marks_.pop_back();
}

void UnitOfWork::rollback_to() {
  write().rollback_to();
  pending_.resize(marks_.back().entries);
  after_commit_.resize(marks_.back().work);
  marks_.pop_back();
  access_.reset();
  last_subject_.reset();
  memory_.forget();
}

void UnitOfWork::commit() {
  if (!write_) return;
  const std::uint64_t size = append_entries(*write_, kernel_.tables, pending_);
  // Every so many entries the head is handed out, not only once a day.
  if (kernel_.options.checkpoint && size / checkpoint_every != (size - pending_.size()) / checkpoint_every) {
    schedule("audit.checkpoint", now_);
  }
  write_->commit();
}

}  // namespace atlas
