include_guard(GLOBAL)
# atlas_catch: Catch2's main, compiled once (it takes ten seconds), and the headers every test includes,
# precompiled. A test reuses them through atlas_test().
find_package(Catch2 2.13 REQUIRED)
set(main ${CMAKE_BINARY_DIR}/catch/catch_main.cpp)
set(carrier ${CMAKE_BINARY_DIR}/catch/precompiled.cpp)  # the source for whose sake the header is precompiled
file(CONFIGURE OUTPUT ${main} CONTENT "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
file(CONFIGURE OUTPUT ${carrier} CONTENT "\n")

add_library(atlas_catch STATIC ${main} ${carrier})
target_link_libraries(atlas_catch PUBLIC Catch2::Catch2 Threads::Threads PRIVATE atlas_flags)
target_precompile_headers(atlas_catch PRIVATE <catch2/catch.hpp> <nlohmann/json.hpp>)
set_source_files_properties(${main} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
# A precompiled header serves only sources compiled with the same flags: those of a test program.
set_target_properties(atlas_catch PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(atlas_catch PRIVATE -fPIE -O0)
