#pragma once
// From a Boost.MSM definition to `Compiled`: everything is read from the machine's own table at compile time,
// so that what is listed and what is decided cannot differ. A machine keeps no state here: each advance()
// puts a fresh one into the given state, the way MSM's own persistence does.

#include <array>
#include <boost/mpl/for_each.hpp>
#include <boost/mpl/size.hpp>
#include <boost/mpl/vector/vector50.hpp>
#include <boost/msm/back/state_machine.hpp>
#include <boost/msm/front/state_machine_def.hpp>
#include <boost/serialization/base_object.hpp>

#include "compiled.hpp"

namespace atlas::machines {

namespace mpl = boost::mpl;

/// A state or an event and its stable code.
#define ATLAS_STATE(type, text)                    \
  struct type : boost::msm::front::state<> {       \
    static constexpr std::string_view code = text; \
  }
#define ATLAS_EVENT(type, text)                    \
  struct type {                                    \
    static constexpr std::string_view code = text; \
  }

/// Base of every definition: no queues, no exceptions inside a transition, and a refused event is an answer.
template <class Derived>
struct Definition : boost::msm::front::state_machine_def<Derived> {
  using no_exception_thrown = int;
  using no_message_queue = int;
  template <class Fsm, class Event>
  void no_transition(const Event&, Fsm&, int) {}
};

template <class Def>
class MsmMachine {
 public:
  static Compiled compiled(std::string_view name) {
    static const Rows rows = read_rows();
    return {name, Def::initial_state::code, rows.data(), rows.size(), &advance};
  }

 private:
  using Fsm = boost::msm::back::state_machine<Def>;
  using Table = typename Fsm::stt;
  using States = typename boost::msm::back::generate_state_set<Table>::type;
  using Events = typename boost::msm::back::generate_event_set<Table>::type;
  using Rows = std::array<Transition, mpl::size<Table>::value>;

  template <class T>
  struct Type {
    using type = T;
  };
  template <class T>
  static Type<T> unwrap(boost::msm::wrap<T>);

  template <class Sequence, class Visitor>
  static void for_each(Visitor visitor) {
    mpl::for_each<Sequence, boost::msm::wrap<mpl::placeholders::_1>>(visitor);
  }

  static Rows read_rows() {
    Rows rows{};
    Transition* next = rows.data();
    for_each<Table>([&next](auto wrapped) {
      using R = typename decltype(unwrap(wrapped))::type;
      *next++ = {R::current_state_type::code, R::transition_event::code, R::next_state_type::code};
    });
    return rows;
  }

  template <class S>
  static constexpr int id_of() {
    return boost::msm::back::get_state_id<Table, S>::type::value;
  }

  /// Writes the state's number into the machine; everything else that MSM persists stays as constructed.
  struct Restore {
    int state;
    Restore& operator&(int (&states)[1]) {
      states[0] = state;
      return *this;
    }
    template <class T>
    Restore& operator&(T&) {
      return *this;
    }
  };

  static std::string_view advance(std::string_view state, std::string_view event) {
    int id = -1;
    for_each<States>([&](auto wrapped) {
      using S = typename decltype(unwrap(wrapped))::type;
      if (S::code == state) id = id_of<S>();
    });
    if (id < 0) return {};
    Fsm fsm;
    Restore restore{id};
    fsm.serialize(restore, 0);
    bool handled = false;
    for_each<Events>([&](auto wrapped) {
      using E = typename decltype(unwrap(wrapped))::type;
      if (E::code == event) handled = fsm.process_event(E{}) == boost::msm::back::HANDLED_TRUE;
    });
    if (!handled) return {};
    std::string_view after;
    for_each<States>([&](auto wrapped) {
      using S = typename decltype(unwrap(wrapped))::type;
      if (id_of<S>() == fsm.current_state()[0]) after = S::code;
    });
    return after;
  }
};

}  // namespace atlas::machines
