include_guard(GLOBAL)
# Everything from outside, found once. Targets for the rooms:
#   ICU::uc ICU::i18n  OpenSSL::Crypto OpenSSL::SSL  nlohmann_json::nlohmann_json  Threads::Threads
#   Boost::headers  atlas_phonenumber  atlas_sqlcipher  atlas_libpq (ATLAS_POSTGRES)
#   CURL::libcurl (ATLAS_HTTP)  JPEG::JPEG PNG::PNG PkgConfig::ATLAS_WEBP (ATLAS_IMAGES)
#   pybind11::module (ATLAS_PYTHON)  atlas_catch (tests and benchmarks)
find_package(Threads REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(PkgConfig REQUIRED)

# libphonenumber comes without a package of its own for CMake or pkg-config.
find_package(Protobuf REQUIRED)
find_path(ATLAS_PHONENUMBER_INCLUDE_DIR phonenumbers/phonenumberutil.h)
find_library(ATLAS_PHONENUMBER_LIBRARY phonenumber)
mark_as_advanced(ATLAS_PHONENUMBER_INCLUDE_DIR ATLAS_PHONENUMBER_LIBRARY)
if(NOT ATLAS_PHONENUMBER_INCLUDE_DIR OR NOT ATLAS_PHONENUMBER_LIBRARY)
  message(FATAL_ERROR "libphonenumber was not found (Debian: libphonenumber-dev); `make deps` installs it.")
endif()
add_library(atlas_phonenumber INTERFACE)
target_include_directories(atlas_phonenumber SYSTEM INTERFACE ${ATLAS_PHONENUMBER_INCLUDE_DIR})
target_link_libraries(atlas_phonenumber INTERFACE ${ATLAS_PHONENUMBER_LIBRARY} protobuf::libprotobuf)

if(ATLAS_POSTGRES)
  # Not FindPostgreSQL: it also wants the server's headers.
  pkg_check_modules(ATLAS_LIBPQ REQUIRED IMPORTED_TARGET libpq>=14)
  add_library(atlas_libpq INTERFACE)
  target_link_libraries(atlas_libpq INTERFACE PkgConfig::ATLAS_LIBPQ)
endif()

if(ATLAS_HTTP)
  # 7.85: what may be spoken is named as text.
  find_package(CURL 7.85 REQUIRED)
endif()

if(ATLAS_IMAGES)
  find_package(JPEG REQUIRED)
  find_package(PNG 1.6 REQUIRED)
  pkg_check_modules(ATLAS_WEBP REQUIRED IMPORTED_TARGET libwebp>=1.0)
endif()

if(ATLAS_PYTHON OR ATLAS_TESTS)
  # The distribution's Python, whose development files are packaged, and not one that happens to come first in PATH.
  set(ATLAS_PYTHON_EXECUTABLE "" CACHE FILEPATH "The Python that the extension is built for")
  if(ATLAS_PYTHON_EXECUTABLE)
    set(Python_EXECUTABLE ${ATLAS_PYTHON_EXECUTABLE})
  elseif(NOT SKBUILD AND EXISTS /usr/bin/python3)  # a wheel is built for the Python that asks for it
    set(Python_EXECUTABLE /usr/bin/python3)
  endif()
  if(ATLAS_PYTHON)
    find_package(Python 3.9 REQUIRED COMPONENTS Interpreter Development.Module)
    set(PYBIND11_FINDPYTHON ON)
    find_package(pybind11 2.10 CONFIG REQUIRED)
  else()
    find_package(Python 3.9 REQUIRED COMPONENTS Interpreter)
  endif()
endif()

include(AtlasSqlcipher)
if(ATLAS_TESTS)
  include(AtlasCatch)
endif()
