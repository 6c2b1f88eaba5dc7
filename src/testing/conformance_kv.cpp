// The KvStore port.

#include <map>
#include <random>
#include <thread>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs scanned(KvTransaction& tx, std::string_view begin, std::string_view end, bool descending) {
  Pairs pairs;
  tx.scan(begin, end, descending, [&](std::string_view key, std::string_view value) {
    pairs.emplace_back(key, value);
    return true;
  });
  return pairs;
}

void put(KvStore& kv, std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  const auto tx = kv.begin_write();
  for (const auto& [key, value] : pairs) tx->put(key, value);
  tx->commit(Durability::fast);
}

std::optional<std::string> get(KvTransaction& tx, std::string_view key) {
  std::string value = "left over";
  if (!tx.get(key, value)) return std::nullopt;
  return value;
}

void basics(KvStore& kv) {
  put(kv, {{"a", "1"}, {"b", ""}, {std::string_view("\0k", 2), "zero"}});
  {
    const auto tx = kv.begin_read();
    require(get(*tx, "a") == "1" && get(*tx, "b") == "", "what was put is there; an empty value is a value");
    require(get(*tx, std::string_view("\0k", 2)) == "zero", "keys are bytes");
    require(!get(*tx, "c") && !get(*tx, "") && !get(*tx, "aa"), "what was not put is not");
  }
  const auto tx = kv.begin_write();
  tx->put("a", "2");
  require(get(*tx, "a") == "2", "a second put replaces");
  tx->erase("a");
  require(!get(*tx, "a"), "an erased key is gone");
  tx->erase("never");
  tx->put("a", std::string(1 << 20, 'x'));
  tx->commit(Durability::durable);
  require(get(*kv.begin_read(), "a") == std::string(1 << 20, 'x'), "a large value comes back");
}

void order(KvStore& kv) {
  put(kv,
      {{"a", "1"}, {"aa", "2"}, {"b", "3"}, {"\x80", "4"}, {"\xFF", "5"}, {std::string_view("a\0", 2), "6"}});
  const auto tx = kv.begin_read();
  const std::string zero("a\0", 2);
  const Pairs all = {{"a", "1"}, {zero, "6"}, {"aa", "2"}, {"b", "3"}, {"\x80", "4"}, {"\xFF", "5"}};
  require(scanned(*tx, "", "", false) == all, "by unsigned bytes, shorter first");
  require(scanned(*tx, "", "", true) == Pairs(all.rbegin(), all.rend()), "descending");
  require(scanned(*tx, "a", "b", false) == Pairs(all.begin(), all.begin() + 3), "begin is in, end is not");
  require(scanned(*tx, zero, "b", true) == Pairs{{"aa", "2"}, {zero, "6"}}, "the same descending");
  require(scanned(*tx, "b", "", false).size() == 3, "no end");
  require(scanned(*tx, "b", "a", false).empty() && scanned(*tx, "b", "b", true).empty(), "an empty stretch");
  require(scanned(*tx, "aaa", "az", false).empty() && scanned(*tx, "aaa", "az", true).empty(),
          "nothing in between");
}

void stops(KvStore& kv) {
  put(kv, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto tx = kv.begin_read();
  for (const bool descending : {false, true}) {
    int seen = 0;
    tx->scan("", "", descending, [&](std::string_view key, std::string_view value) {
      require(get(*tx, key) == value, "the sink may call get()");
      return ++seen < 2;
    });
    require(seen == 2, "a sink that returns false ends the scan");
  }
}

void isolation(KvStore& kv) {
  put(kv, {{"a", "1"}});
  const auto before = kv.begin_read();
  require(get(*before, "a") == "1", "the first read");
  const auto writer = kv.begin_write();
  writer->put("a", "2");
  writer->put("b", "2");
  require(scanned(*writer, "", "", false).size() == 2, "a writer sees its own changes");
  require(get(*kv.begin_read(), "a") == "1", "a reader sees only what is committed");
  writer->commit(Durability::fast);
  require(get(*before, "a") == "1" && !get(*before, "b"), "a reader sees one state");
  require(get(*kv.begin_read(), "a") == "2", "a later reader sees the next");
}

void rollback(KvStore& kv) {
  put(kv, {{"a", "1"}, {"b", "1"}});
  {
    const auto tx = kv.begin_write();
    tx->put("a", "2");
    tx->erase("b");
    tx->put("c", "3");
  }
  require(scanned(*kv.begin_read(), "", "", false) == Pairs{{"a", "1"}, {"b", "1"}},
          "a transaction destroyed without commit() leaves nothing behind");
}

void one_writer(KvStore& kv) {
  put(kv, {{"n", "0"}});
  in_threads(4, [&](std::size_t thread) {
    for (int i = 0; i < 50; ++i) {
      const auto tx = kv.begin_write();
      const int n = std::stoi(*get(*tx, "n"));
      std::this_thread::yield();
      tx->put("n", std::to_string(n + 1));
      tx->put("thread " + std::to_string(thread), std::to_string(i));
      tx->commit(Durability::fast);
    }
  });
  require(get(*kv.begin_read(), "n") == "200", "writers wait for each other");
}

/// Against std::map.
void random(KvStore& kv) {
  std::mt19937_64 engine(7);
  std::map<std::string, std::string> model;
  const auto any_key = [&] {
    std::string key;
    for (std::uint64_t i = engine() % 4; i-- > 0;)
      key.push_back(static_cast<char>("\x00\x01az\x7F\x80\xFF"[engine() % 7]));
    return key + std::to_string(engine() % 40);
  };
  for (int round = 0; round < 60; ++round) {
    std::map<std::string, std::string> draft = model;
    const auto tx = kv.begin_write();
    for (std::uint64_t i = engine() % 200; i-- > 0;) {
      const std::string key = any_key();
      if (engine() % 3 == 0) {
        tx->erase(key);
        draft.erase(key);
      } else {
        tx->put(key, std::to_string(i));
        draft[key] = std::to_string(i);
      }
    }
    std::string begin = any_key();
    std::string end = any_key();
    if (end < begin) std::swap(begin, end);
    const Pairs expected(draft.lower_bound(begin), draft.lower_bound(end));
    require(scanned(*tx, begin, end, false) == expected, "a stretch, as std::map has it");
    require(scanned(*tx, begin, end, true) == Pairs(expected.rbegin(), expected.rend()),
            "the same descending");
    if (engine() % 4 != 0) {
      tx->commit(Durability::fast);
      model = std::move(draft);
    }
  }
  require(scanned(*kv.begin_read(), "", "", false) == Pairs(model.begin(), model.end()),
          "everything, as std::map has it");
}

constexpr KvCase cases[] = {
    {{"kv.basics", "get, put, erase; keys and values are bytes"}, basics},
    {{"kv.order", "scans by unsigned bytes in both directions"}, order},
    {{"kv.stops", "a sink may stop a scan and call get()"}, stops},
    {{"kv.isolation", "readers see one committed state"}, isolation},
    {{"kv.rollback", "no commit, no change"}, rollback},
    {{"kv.one_writer", "one writer at a time"}, one_writer},
    {{"kv.random", "random changes agree with std::map"}, random},
};

}  // namespace

std::span<const KvCase> all_kv_cases() { return cases; }

}  // namespace atlas::testing
