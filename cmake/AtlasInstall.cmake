# What `cmake --install` lays down: the two libraries, one include/atlas gathered from all rooms, atlas.h,
# the CMake package `atlas` and the pkg-config files atlas.pc (shared, C) and atlas-cpp.pc (static, C++).
include(AtlasLibraries)
if(NOT TARGET atlas_cpp)
  return()
endif()
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/atlas)

foreach(dir IN LISTS include_dirs)
  if(IS_DIRECTORY ${dir}/atlas)
    install(DIRECTORY ${dir}/atlas DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
  endif()
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/atlas DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp")
install(TARGETS atlas_cpp EXPORT atlas-cpp-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET atlas_harness)
  install(TARGETS atlas_harness EXPORT atlas-cpp-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(EXPORT atlas-cpp-targets NAMESPACE atlas:: DESTINATION ${package_dir})
if(TARGET atlas_c)
  install(FILES ${PROJECT_SOURCE_DIR}/capi/atlas.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(TARGETS atlas_c EXPORT atlas-c-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT atlas-c-targets NAMESPACE atlas:: DESTINATION ${package_dir})
endif()

set(ATLAS_PC_REQUIRES "libcrypto icu-i18n icu-uc")
if(ATLAS_POSTGRES)
  string(APPEND ATLAS_PC_REQUIRES " libpq")
endif()
if(ATLAS_HTTP)
  string(APPEND ATLAS_PC_REQUIRES " libcurl")
endif()
if(NOT ATLAS_SQLCIPHER_RENAMED)
  string(APPEND ATLAS_PC_REQUIRES " sqlcipher")
endif()
file(RELATIVE_PATH ATLAS_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_package_config_file(cmake/package/atlas-config.cmake.in ${CMAKE_BINARY_DIR}/package/atlas-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/atlas-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/package/atlas-config.cmake ${CMAKE_BINARY_DIR}/package/atlas-config-version.cmake
  DESTINATION ${package_dir})
configure_file(cmake/package/atlas.pc.in ${CMAKE_BINARY_DIR}/package/atlas.pc @ONLY)
configure_file(cmake/package/atlas-cpp.pc.in ${CMAKE_BINARY_DIR}/package/atlas-cpp.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/package/atlas.pc ${CMAKE_BINARY_DIR}/package/atlas-cpp.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
