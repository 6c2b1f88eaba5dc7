#pragma once
// Tables, rows and shorthands for the tests of the SQLite store.

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/key_file.hpp"
#include "sqlite_place.hpp"

namespace atlas::testing {

inline constexpr std::string_view first_tables =
    "table person full_text secure\n"
    "  id blob\n"
    "  name text\n"
    "  rank integer null\n"
    "  primary id\n"
    "  key by_rank rank\n"
    "  unique by_name name\n"
    "table note\n"
    "  id blob\n"
    "  body text\n"
    "  primary id\n";
inline constexpr std::string_view second_tables =
    "add column note weight integer\n"
    "add column note label text null\n"
    "add key note by_label label\n"
    "drop key person by_rank\n"
    "table extra directory\n"
    "  name text\n"
    "  primary name\n"
    "add full_text note\n";

inline constexpr TableId person = 1, note = 2;

/// The migrations up to a version.
inline std::span<const Migration> tables_up_to(std::size_t version) {
  static const Migration migrations[] = {{1, "first", first_tables}, {2, "second", second_tables}};
  return std::span(migrations).first(version);
}

inline StoreOpening opening_of(std::size_t version = 1) {
  StoreOpening opening;
  opening.migrations = tables_up_to(version);
  return opening;
}

inline Uuid uuid_of(std::uint64_t n) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  id.bytes[0] = 1;
  return id;
}

inline void insert_person(WriteTransaction& tx, std::uint64_t n, const std::string& name) {
  const Uuid id = uuid_of(n);
  tx.insert(person, std::vector<Value>{Value::id(id), Value::text(name),
                                       Value::integer(static_cast<std::int64_t>(n))});
}

inline void add_person(Store& store, std::uint64_t n, const std::string& name, std::uint64_t org = 1,
                       Durability durability = Durability::fast) {
  const auto tx = store.write(durability);
  tx->enter(uuid_of(org));
  insert_person(*tx, n, name);
  tx->commit();
}

inline bool has_person(Store& store, std::uint64_t n, std::uint64_t org = 1) {
  const auto tx = store.read();
  tx->enter(uuid_of(org));
  const Uuid id = uuid_of(n);
  return tx->exists(person, std::vector<Value>{Value::id(id)});
}

inline std::int64_t persons(Store& store, std::uint64_t org = 1) {
  const auto tx = store.read();
  tx->enter(uuid_of(org));
  return tx->count(person, {}, 1'000'000, Query::primary_key);
}

/// The code that `call` fails with; ErrorCode::ok when it does not.
inline ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::ok;
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Runs `work` in a child process and gives its exit status: what `work` returned.
inline int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    int result = 120;
    try {
      result = work();
    } catch (...) {
    }
    ::_exit(result);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace atlas::testing
