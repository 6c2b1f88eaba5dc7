#include "connection.hpp"

#include <cstring>

namespace atlas {

namespace {

// SQLCipher writes errors of its own to standard error; ours carry a code. One setting for the process, of a
// copy of SQLite that nobody else has.
void silence(sqlite3* db) {
  static std::once_flag once;
  std::call_once(once,
                 [db] { sqlite3_exec(db, "PRAGMA cipher_log_level = NONE", nullptr, nullptr, nullptr); });
}

std::string uri_of(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      constexpr std::string_view digits = "0123456789abcdef";
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[c & 15];
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

}  // namespace

void StatementLog::add(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (texts_.size() < most) texts_.emplace(text);
}

std::vector<std::string> StatementLog::texts() const {
  const std::lock_guard lock(mutex_);
  return {texts_.begin(), texts_.end()};
}

void Use::fail(int result, std::string_view doing) const { connection_->fail(result, doing); }

Connection::Connection(const ConnectionSpec& spec, std::shared_ptr<StatementLog> log)
    : encrypted_(spec.key != nullptr), log_(std::move(log)) {
  if (sqlite3_libversion_number() != SQLITE_VERSION_NUMBER) {
    throw Error(ErrorCode::internal,
                "Another SQLite was linked in place of the one that this library was built with.");
  }
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |=
      spec.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | (spec.create ? SQLITE_OPEN_CREATE : 0);
  std::string name = spec.path;
  if (spec.immutable) {
    name = uri_of(spec.path);
    flags |= SQLITE_OPEN_URI;
  }
  const int result = sqlite3_open_v2(name.c_str(), &db_, flags, nullptr);
  try {
    if (result != SQLITE_OK) fail(result, "opening the store");
    set_up(spec);
  } catch (...) {
    close();
    throw;
  }
}

Connection::~Connection() { close(); }

void Connection::set_up(const ConnectionSpec& spec) {
  silence(db_);
  sqlite3_busy_timeout(db_, spec.busy_ms);
  if (spec.key != nullptr) {
    std::string text = spec.key->text();
    const int result = sqlite3_key(db_, text.data(), static_cast<int>(text.size()));
    wipe(text.data(), text.size());
    if (result != SQLITE_OK) fail(result, "setting the key");
    if (ask("PRAGMA cipher_version").empty()) {
      throw Error(ErrorCode::not_supported, "A key was given, but the SQLite that is linked cannot encrypt.");
    }
  }
  // The file may come from anywhere: its schema may do nothing by itself.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  // A plan does not depend on what is bound; else each bound LIMIT has its statement prepared anew.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  run("PRAGMA cell_size_check = ON");
  run("PRAGMA cache_size = -" + std::to_string(spec.cache_kib));
  ask("SELECT count(*) FROM sqlite_schema", "opening the store");
}

void Connection::close() noexcept {
  for (const auto& slot : slots_) {
    if (slot) sqlite3_finalize(slot->statement);
  }
  for (const auto& entry : named_) sqlite3_finalize(entry.second.statement);
  for (const auto& entry : families_)
    for (const auto& one : entry.second) sqlite3_finalize(one->statement);
  slots_.clear();
  named_.clear();
  families_.clear();
  sqlite3_close(db_);
  db_ = nullptr;
}

sqlite3_stmt* Connection::prepare(std::string_view text, bool keep) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(db_, text.data(), static_cast<int>(text.size()),
                                        keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
  if (result == SQLITE_ERROR)
    atlas::fail(db_, result, "preparing a statement");  // ours is wrong, not the file
  if (result != SQLITE_OK) fail(result, "preparing a statement");
  if (log_) log_->add(text);
  return statement;
}

void Connection::make_room() {
  if (named_.size() < most_named) return;
  for (auto entry = named_.begin(); entry != named_.end();) {
    if (entry->second.in_use) {
      ++entry;
    } else {
      sqlite3_finalize(entry->second.statement);
      entry = named_.erase(entry);
    }
  }
}

const Connection::Family* Connection::keep_family(std::string name,
                                                  const std::vector<std::string_view>& texts) {
  if (families_.size() >= most_families) return nullptr;
  Family& made = families_.emplace(std::move(name), Family()).first->second;
  try {
    for (const std::string_view text : texts) {
      made.push_back(std::make_unique<Prepared>());
      made.back()->statement = prepare(text, true);
    }
  } catch (...) {
    for (const auto& one : made) sqlite3_finalize(one->statement);
    made.clear();
    std::erase_if(families_, [&](const auto& entry) { return &entry.second == &made; });
    throw;
  }
  return &made;
}

void Connection::run(const std::string& text, std::string_view doing) {
  const int result = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(result, doing);
}

std::vector<std::string> Connection::ask_all(const std::string& text) {
  std::vector<std::string> out;
  Use statement(*this, prepare(text, false));
  while (statement.step()) {
    const Value cell = statement.cell(0);
    out.push_back(cell.type() == ValueType::integer ? std::to_string(cell.as_integer())
                                                    : std::string(cell.bytes()));
  }
  return out;
}

std::string Connection::ask(const std::string& text, std::string_view doing) {
  sqlite3_stmt* statement = nullptr;
  const int prepared = sqlite3_prepare_v2(db_, text.c_str(), -1, &statement, nullptr);
  if (prepared != SQLITE_OK) fail(prepared, doing);
  Use use(*this, statement);
  const int result = use.try_step();
  if (result == SQLITE_DONE) return {};
  if (result != SQLITE_ROW) fail(result, doing);
  const Value cell = use.cell(0);
  return cell.type() == ValueType::integer ? std::to_string(cell.as_integer()) : std::string(cell.bytes());
}

std::int64_t Connection::ask_number(const std::string& text) {
  Use statement(*this, prepare(text, false));
  return statement.step() ? statement.number(0) : 0;
}

void Connection::fail(int result, std::string_view doing) {
  switch (result & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_NOMEM:
      // What is left of a page that cannot be decrypted; a statement that could be prepared is right.
      if (encrypted_) result = SQLITE_CORRUPT;
      [[fallthrough]];
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_IOERR:
      broken_ = true;
      break;
    default:
      break;
  }
  atlas::fail(db_, result, doing);
}

void Connection::roll_back() noexcept {
  if (in_transaction()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Connection::moved() const {
  int moved = 0;
  return sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

}  // namespace atlas
