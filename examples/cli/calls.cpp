// call, batch, operations.

#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/meta.hpp"
#include "atlas/schema_io.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

constexpr std::string_view host_permission = "HOST";

/// Creating an organisation and the like are the host's own; with --user they are refused like any other.
bool is_hosts_own(Shell& shell, Engine& engine, const std::string& operation) {
  const OperationInfo* info = engine.kernel().registry().find_operation(operation);
  return shell.globals.user.empty() && info && info->traits.permission == host_permission;
}

struct Request {
  std::string operation, params;
};

/// JSON Pointer (RFC 6901) of a member.
std::string pointer(const std::string& name) {
  std::string path = "/";
  for (const char c : name) {
    if (c == '~')
      path += "~0";
    else if (c == '/')
      path += "~1";
    else
      path += c;
  }
  return path;
}

Request read_request(const Line& line) {
  if (line.too_long) throw Error(ErrorCode::invalid_argument, "the line is too long").with("reason", "size");
  Json json = parse_json(line.text, {.size = line_limit});
  if (!json.is_object()) throw Error(ErrorCode::invalid_argument, "a line is an object with op and params");
  Request request;
  std::vector<FieldError> errors;
  bool has_op = false;
  for (auto& [name, value] : json.items()) {
    if (name == "op" && value.is_string()) {
      request.operation = value.get<std::string>();
      has_op = true;
    } else if (name == "op") {
      errors.push_back({"/op", std::string(field_code::wrong_type), "the name of an operation"});
      has_op = true;
    } else if (name == "params") {
      request.params = value.dump();
    } else {
      errors.push_back(
          {pointer(name), std::string(field_code::unknown_member), "a line has only op and params"});
    }
  }
  if (!has_op) errors.push_back({"/op", std::string(field_code::required), "the name of an operation"});
  if (!errors.empty())
    throw Error(ErrorCode::invalid_argument, "the line is no call").fields(std::move(errors));
  if (request.params.empty()) request.params = "{}";
  return request;
}

/// The sessions of a run: the caller's, and the host's where an operation needs it.
class Caller {
 public:
  Caller(Shell& shell, Engine& engine) : shell_(shell), engine_(engine) {}

  Session& session() {
    if (!session_) session_.emplace(shell_.session(engine_));
    return *session_;
  }
  std::string call(const std::string& operation, std::string_view params) {
    const bool in_batch = session_ && session_->in_batch();
    if (!in_batch && is_hosts_own(shell_, engine_, operation)) {
      if (!host_) host_.emplace(engine_.host_session());
      return host_->call_json(operation, params);
    }
    return session().call_json(operation, params);
  }

 private:
  Shell& shell_;
  Engine& engine_;
  std::optional<Session> session_, host_;
};

}  // namespace

int run_call(Shell& shell, const CallOptions& in) {
  Options options = shell.options();
  const std::size_t limit = options.max_request_bytes;
  Engine engine = shell.open(std::move(options));
  std::string params = in.params == "-" ? read_whole("-", limit) : in.params;
  Caller caller(shell, engine);
  shell.show(caller.call(in.operation, params));
  return done;
}

int run_batch(Shell& shell, const BatchOptions& in) {
  Engine engine = shell.open();
  Output& out = shell.terminal.out;
  LineReader lines(in.file, out);
  Caller caller(shell, engine);
  std::int64_t number = 0, failed_at = 0;
  bool all_well = true;
  if (in.atomic) caller.session().begin_batch();
  while (const auto line = lines.next()) {
    ++number;
    try {
      const Request request = read_request(*line);
      const std::string result = caller.call(request.operation, request.params);
      out.write("{\"ok\":");
      out.write(result);
      out.line("}");
    } catch (const Error& error) {
      all_well = false;
      out.line("{\"error\":" + error.to_json() + "}");
      if (!in.atomic) continue;
      failed_at = number;
      break;
    }
  }
  if (!in.atomic) return all_well ? done : not_well;

  std::string last;
  JsonWriter writer(last);
  writer.begin_object();
  if (failed_at > 0) {
    caller.session().rollback_batch();
    writer.key("committed").boolean(false).key("failed_at").number(failed_at);
  } else {
    try {
      caller.session().commit_batch();
      writer.key("committed").boolean(true).key("failed_at").null();
    } catch (const Error& error) {
      all_well = false;
      writer.key("committed").boolean(false).key("failed_at").null().key("error").raw(error.to_json());
    }
  }
  writer.end_object();
  out.line(last);
  return all_well ? done : not_well;
}

int run_operations(Shell& shell, const std::string& name) {
  // The catalogue is the library's, not a store's.
  Options options;
  options.store = ":memory:";
  Engine engine = shell.open(std::move(options));
  const std::optional<std::string> one = name.empty() ? std::nullopt : std::optional(name);
  const meta::Operations all = meta::catalogue(engine.kernel().registry(), one);
  Terminal& terminal = shell.terminal;
  if (!terminal.human()) {
    terminal.out.line(to_json(all));
    return done;
  }
  if (!one) {
    Table table({"operation", "writes", "permission", "what it does"});
    for (const auto& item : all.items) {
      const std::string permission = item.permission.empty() ? "any" : item.permission;
      table.row({item.name, item.writes ? "yes" : "", permission, item.summary});
    }
    table.print(terminal);
    return done;
  }
  const meta::OperationItem& item = all.items.front();
  terminal.out.line(terminal.ink(Ink::bold, item.name) + "  " + item.summary);
  terminal.out.line("permission  " + (item.permission.empty() ? "any principal" : item.permission));
  terminal.out.line(std::string("writes      ") + (item.writes ? "yes" : "no"));
  for (const auto& [title, schema] : {std::pair("input", &item.input), std::pair("output", &item.output)}) {
    terminal.out.line(terminal.ink(Ink::bold, title));
    terminal.out.line(nlohmann::ordered_json::parse(*schema, nullptr, false).dump(2));
  }
  return done;
}

}  // namespace atlas::cli
