# sagebrush_library(NAME SOURCES … LIBRARIES …): a static library of one layer; include paths start at src/.
# sagebrush_test(NAME SOURCES … LIBRARIES …): a GoogleTest executable, one ctest entry a case group.
# sagebrush_python_test(NAME FILE): an end-to-end test against the built programs, by Debian's own Python and its boto3.
# sagebrush_fuzz(NAME SOURCES … LIBRARIES …): a libFuzzer executable (preset fuzz).

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
endif()

function(sagebrush_options target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror)
endfunction()

function(sagebrush_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  sagebrush_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LIBRARIES})
endfunction()

function(sagebrush_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  sagebrush_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()

function(sagebrush_python_test name file)
  add_test(NAME ${name} COMMAND /usr/bin/python3 -W ignore ${file} -v ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900
    ENVIRONMENT "SAGEBRUSH_BINARY=$<TARGET_FILE:sagebrush>;SAGEBRUSH_DATA_DIR=$ENV{SAGEBRUSH_DATA_DIR}")
endfunction()

function(sagebrush_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  sagebrush_options(${name})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
endfunction()
