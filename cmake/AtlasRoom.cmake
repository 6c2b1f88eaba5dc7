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

# atlas_test(NAME SOURCES … [ROOMS …] [LIBS …] [LABELS …])
#   One Catch2 program, run as one ctest entry. Several small areas share one program: a test TU is dear.
function(atlas_test name)
  cmake_parse_arguments(T "" "" "SOURCES;ROOMS;LIBS;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  list(TRANSFORM T_ROOMS PREPEND atlas_ OUTPUT_VARIABLE rooms)
  target_link_libraries(${name} PRIVATE atlas_flags atlas_catch ${rooms} ${T_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(ATLAS_SANITIZE)
    target_compile_options(${name} PRIVATE -O0)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}" ENVIRONMENT "${T_ENVIRONMENT}"
    SKIP_RETURN_CODE 77)
endfunction()
