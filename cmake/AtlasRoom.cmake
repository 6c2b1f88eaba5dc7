# atlas_room(NAME SOURCES … [ROOMS …] [LIBS …])
#   One folder, one target `atlas_NAME`, one include folder. ROOMS are the rooms below that this one
#   may see; an include of any other room does not compile. LIBS are outside libraries, private.
# Every room is collected into the two libraries that are shipped.
function(atlas_room name)
  cmake_parse_arguments(R "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_library(atlas_${name} STATIC ${R_SOURCES})
  target_include_directories(atlas_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  list(TRANSFORM R_ROOMS PREPEND atlas_ OUTPUT_VARIABLE rooms)
  target_link_libraries(atlas_${name} PUBLIC ${rooms} PRIVATE atlas_flags ${R_LIBS})
  set_property(GLOBAL APPEND PROPERTY ATLAS_ROOMS atlas_${name})
  set_property(GLOBAL APPEND PROPERTY ATLAS_INCLUDE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include)
endfunction()

# atlas_test(NAME SOURCES … [ROOMS …] [LIBS …] [LABELS …] [ENVIRONMENT …] [LAUNCHER …]
#            [OPTIMISED])
#   One Catch2 program, run as one ctest entry. Several small areas share one program: a test TU is dear.
#   A test is compiled without optimisation, which halves the time, unless it says that its own code is hot.
#   It runs in the build folder and may end with 77 to say, visibly, that it was skipped.
#   LAUNCHER is a command that runs it, such as tests/postgres/with_server.sh.
function(atlas_test name)
  cmake_parse_arguments(T "OPTIMISED" "" "SOURCES;ROOMS;LIBS;LABELS;ENVIRONMENT;LAUNCHER" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  list(TRANSFORM T_ROOMS PREPEND atlas_ OUTPUT_VARIABLE rooms)
  target_link_libraries(${name} PRIVATE atlas_flags atlas_catch ${rooms} ${T_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(NOT T_OPTIMISED)
    target_compile_options(${name} PRIVATE -O0)
    target_precompile_headers(${name} REUSE_FROM atlas_catch)
  endif()
  add_test(NAME ${name} COMMAND ${T_LAUNCHER} $<TARGET_FILE:${name}>)
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}" ENVIRONMENT "${T_ENVIRONMENT}"
    SKIP_RETURN_CODE 77)
endfunction()

# atlas_fuzzer(NAME SOURCES … [ROOMS …] [LIBS …])
#   One LLVMFuzzerTestOneInput. With ATLAS_FUZZ under clang it is linked with libFuzzer; otherwise with a driver
#   that replays tests/fuzz/corpus/NAME, which is then an ordinary test.
function(atlas_fuzzer name)
  cmake_parse_arguments(F "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_executable(${name} ${F_SOURCES})
  list(TRANSFORM F_ROOMS PREPEND atlas_ OUTPUT_VARIABLE rooms)
  target_link_libraries(${name} PRIVATE atlas_flags ${rooms} ${F_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${name})
  if(ATLAS_FUZZ AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp)
    add_test(NAME ${name} COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(${name} PROPERTIES LABELS fuzz)
  endif()
endfunction()
