#pragma once
// The parts of the messages room, for each other.

#include "atlas/context.hpp"
#include "atlas/messages.hpp"
#include "atlas/registry.hpp"

namespace atlas::messages {

/// A dossier is as fresh as the last thing said.
void touch(Context& cx, const Uuid& dossier);

/// One line of the timeline for each step that people act upon.
void message_line(const ChangeView& change, AttachedRows& out);

void register_sending(Registry& registry);
void register_conversation(Registry& registry);
void register_rule_queue(Registry& registry);

}  // namespace atlas::messages
