#pragma once
// The page of the workflows that every organisation starts with, and of the compiled machines.

#include <string>

/// Tables and diagrams, from what the library has.
std::string workflows_page();
