# Leaves out sources that are listed before they are written, and says so.
macro(atlas_present_sources list name)
  foreach(source IN LISTS ${list})
    if(NOT IS_ABSOLUTE ${source} AND NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
      message(WARNING "${name}: ${source} is not there yet")
      list(REMOVE_ITEM ${list} ${source})
    endif()
  endforeach()
  if(NOT ${list})
    file(WRITE ${CMAKE_BINARY_DIR}/empty.cpp "")
    set(${list} ${CMAKE_BINARY_DIR}/empty.cpp)
  endif()
endmacro()

# atlas_room(NAME SOURCES … [ROOMS …] [LIBS …])
#   One folder, one target `atlas_NAME`, one include folder. ROOMS are the rooms below that this one
#   may see; an include of any other room does not compile. LIBS are outside libraries, private.
# Every room is collected into the two libraries that are shipped.
function(atlas_room name)
  cmake_parse_arguments(R "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  atlas_present_sources(R_SOURCES atlas_${name})
  add_library(atlas_${name} STATIC ${R_SOURCES})
  target_include_directories(atlas_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  list(TRANSFORM R_ROOMS PREPEND atlas_ OUTPUT_VARIABLE rooms)
  target_link_libraries(atlas_${name} PUBLIC ${rooms} PRIVATE atlas_flags ${R_LIBS})
  set_property(GLOBAL APPEND PROPERTY ATLAS_ROOMS atlas_${name})
  set_property(GLOBAL APPEND PROPERTY ATLAS_INCLUDE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include)
endfunction()

# atlas_test(NAME SOURCES … [ROOMS …] [LIBS …] [LABELS …] [ENVIRONMENT …] [OPTIMISED])
#   One Catch2 program, run as one ctest entry. Several small areas share one program: a test TU is dear.
#   A test is compiled without optimisation, which halves the time, unless it says that its own code is hot.
#   It runs in the build folder and may end with 77 to say, visibly, that it was skipped.
function(atlas_test name)
  cmake_parse_arguments(T "OPTIMISED" "" "SOURCES;ROOMS;LIBS;LABELS;ENVIRONMENT" ${ARGN})
  atlas_present_sources(T_SOURCES ${name})
  add_executable(${name} ${T_SOURCES})
  list(TRANSFORM T_ROOMS PREPEND atlas_ OUTPUT_VARIABLE rooms)
  target_link_libraries(${name} PRIVATE atlas_flags atlas_catch ${rooms} ${T_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(NOT T_OPTIMISED)
    target_compile_options(${name} PRIVATE -O0)
    target_precompile_headers(${name} REUSE_FROM atlas_catch)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}" ENVIRONMENT "${T_ENVIRONMENT}"
    SKIP_RETURN_CODE 77)
endfunction()
