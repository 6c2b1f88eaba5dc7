#pragma once
// What a fuzzer asserts: in every build type, and as an abort, which is what libFuzzer and ctest both see.

#include <cstdio>
#include <cstdlib>

#define ATLAS_FUZZ_CHECK(condition)                                                \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
