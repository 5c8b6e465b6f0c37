# sagebrush_codegen(OUT_SOURCES what [OPERATIONS file]): runs the generator at build time into ${PROJECT_BINARY_DIR}/generated and sets
# OUT_SOURCES to the .cc files. Sources include the headers as "generated/<service>/<operation>.h".
include_guard(GLOBAL)

# Debian's own interpreter first: python3-botocore is installed for that one.
find_program(SAGEBRUSH_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(SAGEBRUSH_PYTHON python3 REQUIRED)
set(SAGEBRUSH_MODELS "" CACHE PATH "Folder with the AWS service models; botocore's when empty")

function(sagebrush_codegen out_sources what)
  cmake_parse_arguments(ARG "" "OPERATIONS" "" ${ARGN})
  set(command ${SAGEBRUSH_PYTHON} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/generate.py ${what}
    --out ${PROJECT_BINARY_DIR}/generated)
  if(SAGEBRUSH_MODELS)
    list(APPEND command --models ${SAGEBRUSH_MODELS})
  endif()
  if(ARG_OPERATIONS)
    list(APPEND command --operations ${ARG_OPERATIONS})
  endif()

  file(GLOB modules CONFIGURE_DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/*.py ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/additions/*.json)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/services.list ${ARG_OPERATIONS} ${modules})
  execute_process(COMMAND ${command} --inputs OUTPUT_VARIABLE inputs COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND ${command} --list OUTPUT_VARIABLE outputs COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" inputs "${inputs}")
  string(REPLACE "\n" ";" outputs "${outputs}")

  # The stamp is always new after a run; the files themselves only when they change, so nothing rebuilds in vain.
  set(stamp ${PROJECT_BINARY_DIR}/generated/${what}.stamp)
  add_custom_command(OUTPUT ${stamp} BYPRODUCTS ${outputs}
    COMMAND ${command}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${modules} ${inputs} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/services.list ${ARG_OPERATIONS}
    COMMENT "Generating ${what} from the AWS service models"
    VERBATIM)
  add_custom_target(sagebrush_generated_${what} DEPENDS ${stamp})
  set_source_files_properties(${outputs} PROPERTIES GENERATED TRUE)
  list(FILTER outputs INCLUDE REGEX "\\.cc$")
  set(${out_sources} ${outputs} PARENT_SCOPE)
endfunction()
