#pragma once
// The evaluator of rules, for its own sources.

#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "atlas/rule.hpp"

namespace atlas::rules {

/// A value on the way: borrowed from the rule or the data (so that a list is equal to itself), or made here.
class Value {
 public:
  explicit Value(const Json* borrowed) : borrowed_(borrowed) {}
  explicit Value(Json own) : own_(std::move(own)) {}
  const Json& get() const { return borrowed_ ? *borrowed_ : own_; }

 private:
  const Json* borrowed_ = nullptr;
  Json own_;
};

/// What is left of the limits.
struct Budget {
  explicit Budget(const RuleLimits& l) : limits(l) {}
  void step();
  void made(std::size_t size);
  struct Deeper {
    explicit Deeper(Budget& b);
    ~Deeper() { --budget.depth; }
    Deeper(const Deeper&) = delete;
    Budget& budget;
  };
  RuleLimits limits;
  std::size_t depth = 0, steps = 0, bytes = 0;
};

/// Is it an operation: an object of one member?
bool is_operation(const Json& rule);
bool is_known(std::string_view operation);

class Machine {
 public:
  explicit Machine(Budget& budget) : budget_(budget) {}
  Value run(const Json& rule, const Value& data);

 private:
  Value over_list(int what, std::span<const Json> arguments, const Value& data);
  Budget& budget_;
};

}  // namespace atlas::rules
