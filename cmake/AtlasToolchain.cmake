# Language level, warnings, sanitizers: set once, carried by the target `atlas_flags`.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")  # a third less to compile
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

find_program(ATLAS_CCACHE ccache)
if(ATLAS_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${ATLAS_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ATLAS_CCACHE})
endif()

add_library(atlas_flags INTERFACE)
target_compile_options(atlas_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  # A designated initialiser that names only what differs from the default is our calling style.
  -Wno-missing-field-initializers)
if(ATLAS_WERROR)
  target_compile_options(atlas_flags INTERFACE -Werror)
endif()
if(ATLAS_SANITIZE)
  # Instrumented, an optional that is moved from looks uninitialised to GCC 12; the plain builds keep that warning.
  target_compile_options(atlas_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_compile_options(-fsanitize=${ATLAS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ATLAS_SANITIZE})
endif()
if(ATLAS_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
