#include "atlas/session.hpp"

#include <unistd.h>
#include <nlohmann/json.hpp>

#include "input.hpp"
#include "session_state.hpp"
#include "unit_of_work.hpp"

namespace atlas {

SessionUse::SessionUse(SessionState& state) : state_(state) {
  if (state.pid != ::getpid()) {
    throw Error(ErrorCode::misuse, "an engine does not survive fork: open one in the child")
        .with("reason", "fork");
  }
  if (state.busy.exchange(true, std::memory_order_acquire)) {
    throw Error(ErrorCode::misuse,
                "the session is in use: one thread at a time, and not from its own callbacks")
        .with("reason", "busy");
  }
}

Session::Session(Kernel& kernel, Principal principal) : state_(std::make_shared<SessionState>()) {
  state_->kernel = &kernel.impl();
  state_->principal = std::move(principal);
  state_->pid = ::getpid();
}

Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    if (state_ && state_->batch) state_->kernel->rollback_batch(state_->batch);
    state_ = std::move(other.state_);
  }
  return *this;
}

Session::~Session() {
  if (state_ && state_->batch && state_->pid == ::getpid()) state_->kernel->rollback_batch(state_->batch);
}

const Principal& Session::principal() const { return state_->principal; }
bool Session::in_batch() const { return state_->batch != nullptr; }

namespace {

const OperationInfo& find(const SessionState& state, std::string_view name) {
  const OperationInfo* op = state.kernel->registry->find_operation(name);
  if (!op) {
    throw Error(ErrorCode::not_found, "no such operation").with("operation", name.substr(0, 100));
  }
  return *op;
}

}  // namespace

void Session::call_typed(std::string_view name, const void* in, void* out, std::optional<std::string> key) {
  const SessionUse use(*state_);
  const OperationInfo& op = find(*state_, name);
  std::vector<FieldError> errors;
  NotedCodes noted;
  check_rules(op, in, errors, noted, [&] { return state_->kernel->codes_of(*state_); });
  throw_if_any(std::move(errors));
  std::string params;
  if (key) write_object(params, *op.input, in, {.skip_absent = true});
  state_->kernel->call(*state_, op, in, out, key, params, nullptr, noted);
}

std::string Session::call_json(std::string_view name, std::string_view params) {
  return call_on(*state_, name, params);
}

std::string call_on(SessionState& state, std::string_view name, std::string_view params) {
  const SessionUse use(state);
  const OperationInfo& op = find(state, name);
  const AnyObject in = op.make_input();
  std::optional<std::string> key;
  NotedCodes noted;
  read_input(op, params, in.get(), state.kernel->options.max_request_bytes, &key, noted,
             [&] { return state.kernel->codes_of(state); });
  const AnyObject out = op.make_output();
  std::string json;
  state.kernel->call(state, op, in.get(), out.get(), key, params, &json, noted);
  return json;
}

void Session::begin_batch() {
  const SessionUse use(*state_);
  if (state_->batch) throw Error(ErrorCode::misuse, "the session has a batch open").with("reason", "batch");
  state_->batch = state_->kernel->begin_batch(state_->principal);
}

BatchOutcome Session::commit_batch() {
  const SessionUse use(*state_);
  if (!state_->batch) throw Error(ErrorCode::misuse, "the session has no batch open").with("reason", "batch");
  const auto batch = std::move(state_->batch);
  state_->batch = nullptr;
  return state_->kernel->commit_batch(batch);
}

void Session::rollback_batch() {
  const SessionUse use(*state_);
  if (!state_->batch) throw Error(ErrorCode::misuse, "the session has no batch open").with("reason", "batch");
  const auto batch = std::move(state_->batch);
  state_->batch = nullptr;
  state_->kernel->rollback_batch(batch);
}

Cursor Session::cursor(std::string_view operation, std::string_view params) {
  const OperationInfo& op = find(*state_, operation);
  if (!op.input->find("after") || !op.output->find("next")) {
    throw Error(ErrorCode::invalid_argument, "only list operations have cursors")
        .with("operation", operation);
  }
  return {state_, std::string(operation), std::string(params.empty() ? "{}" : params)};
}

Cursor::Cursor(std::shared_ptr<SessionState> session, std::string operation, std::string params)
    : session_(session), operation_(std::move(operation)), params_(std::move(params)) {}

std::optional<std::string> Cursor::next() {
  if (position_ == page_.size()) {
    if (started_ && !after_) return std::nullopt;
    fetch();
    if (page_.empty()) return std::nullopt;
  }
  return std::move(page_[position_++]);
}

void Cursor::fetch() {
  const std::shared_ptr<SessionState> state = session_.lock();
  if (!state) throw Error(ErrorCode::misuse, "the cursor's session is closed").with("reason", "closed");
  Json params = parse_json(params_);
  if (after_) params["after"] = *after_;
  const std::string json = call_on(*state, operation_, params.dump());
  Json page = Json::parse(json);
  page_.clear();
  position_ = 0;
  started_ = true;
  for (const Json& item : page["items"]) page_.push_back(item.dump());
  after_ = page["next"].is_string() ? std::optional(page["next"].get<std::string>()) : std::nullopt;
}

}  // namespace atlas
