# The two libraries that are shipped, made of all rooms:
#   atlas_cpp (atlas::atlas)  libatlas_cpp.a  the C++ API; no promise about the ABI, same compiler
#   atlas_c   (atlas::c)      libatlas.so     exports atlas_* only, and promises its ABI
# The rooms and SQLCipher are first linked into one object in which SQLite's symbols are local: with them
# renamed as well (see AtlasSqlcipher), a host's SQLite and ours cannot meet, in whatever order they are linked.
# Only SQLite's are made local. The rest lies in namespace atlas or is an instantiation of a standard template,
# whose COMDAT group would no longer be merged with the host's if its symbol were local.
get_property(rooms GLOBAL PROPERTY ATLAS_ROOMS)
list(REMOVE_ITEM rooms atlas_capi atlas_testing)
if(NOT TARGET atlas_engine)
  return()
endif()

set(archives)
foreach(room IN LISTS rooms)
  list(APPEND archives $<TARGET_FILE:${room}>)
endforeach()
if(ATLAS_SQLCIPHER_RENAMED)
  list(APPEND archives $<TARGET_FILE:atlas_sqlcipher>)
  set(rooms_and_sqlite ${rooms} atlas_sqlcipher)
else()
  set(rooms_and_sqlite ${rooms})
endif()
set(merged ${CMAKE_BINARY_DIR}/libraries/atlas.o)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/libraries)
add_custom_command(OUTPUT ${merged}
  COMMAND ${CMAKE_LINKER} -r -o ${merged}.new --whole-archive ${archives}
  COMMAND ${CMAKE_OBJCOPY} --wildcard "--localize-symbol=atlas_sqlite3*" "--localize-symbol=atlas_sqlcipher*"
          "--localize-symbol=atlas_xoshiro*" ${merged}.new ${merged}
  COMMAND ${CMAKE_COMMAND} -E rm ${merged}.new
  DEPENDS ${rooms_and_sqlite} COMMENT "Linking the rooms into one object" VERBATIM)
set_source_files_properties(${merged} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
add_custom_target(atlas_merged DEPENDS ${merged})

# What stands outside, for the linker of either library's user.
set(outside OpenSSL::Crypto ICU::i18n ICU::uc Threads::Threads ${CMAKE_DL_LIBS} m)
set(outside_here ${outside} atlas_phonenumber)
set(outside_installed ${outside} atlas::phonenumber)
if(ATLAS_POSTGRES)
  list(APPEND outside_here atlas_libpq)
  list(APPEND outside_installed atlas::libpq)
endif()
if(ATLAS_HTTP)
  list(APPEND outside_here CURL::libcurl)
  list(APPEND outside_installed CURL::libcurl)
endif()
if(ATLAS_IMAGES)
  list(APPEND outside_here JPEG::JPEG PNG::PNG PkgConfig::ATLAS_WEBP)
  list(APPEND outside_installed JPEG::JPEG PNG::PNG atlas::webp)
endif()
if(NOT ATLAS_SQLCIPHER_RENAMED)
  list(APPEND outside_here PkgConfig::ATLAS_SQLCIPHER)
  list(APPEND outside_installed atlas::sqlcipher)
endif()

get_property(include_dirs GLOBAL PROPERTY ATLAS_INCLUDE_DIRS)
list(REMOVE_ITEM include_dirs ${PROJECT_SOURCE_DIR}/capi ${PROJECT_SOURCE_DIR}/capi/include)

add_library(atlas_cpp STATIC ${merged})
add_dependencies(atlas_cpp atlas_merged)
set_target_properties(atlas_cpp PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME atlas)
target_compile_features(atlas_cpp INTERFACE cxx_std_20)
target_include_directories(atlas_cpp INTERFACE
  "$<BUILD_INTERFACE:${include_dirs};${PROJECT_SOURCE_DIR}/include>" $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(atlas_cpp INTERFACE
  "$<BUILD_INTERFACE:${outside_here}>" "$<INSTALL_INTERFACE:${outside_installed}>")
add_library(atlas::atlas ALIAS atlas_cpp)

if(TARGET atlas_capi)
  target_compile_options(atlas_capi PRIVATE -g  # what the ABI check reads
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  set(map ${PROJECT_SOURCE_DIR}/capi/atlas.map)
  add_library(atlas_c SHARED ${merged})
  add_dependencies(atlas_c atlas_merged)
  set_target_properties(atlas_c PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME atlas EXPORT_NAME c
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${map})
  target_include_directories(atlas_c INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/capi> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_options(atlas_c PRIVATE LINKER:--version-script=${map})
  if(NOT ATLAS_SANITIZE)  # a sanitizer's own symbols come with the program
    target_link_options(atlas_c PRIVATE LINKER:-z,defs)
  endif()
  # The C API's own objects only: the rooms it is linked with are in the merged object already.
  add_dependencies(atlas_c atlas_capi)
  target_link_libraries(atlas_c PRIVATE
    -Wl,--whole-archive $<TARGET_FILE:atlas_capi> -Wl,--no-whole-archive ${outside_here})
  set_property(TARGET atlas_c APPEND PROPERTY LINK_DEPENDS $<TARGET_FILE:atlas_capi>)
  add_library(atlas::c ALIAS atlas_c)
endif()

# atlas::testing: clocks, stores and the conformance suite for hosts that bring their own ports.
if(TARGET atlas_testing)
  add_library(atlas_harness STATIC $<TARGET_OBJECTS:atlas_testing>)
  set_target_properties(atlas_harness PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME atlas_testing EXPORT_NAME testing
    ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/libraries)
  target_link_libraries(atlas_harness INTERFACE atlas_cpp)
  add_library(atlas::testing ALIAS atlas_harness)
endif()
