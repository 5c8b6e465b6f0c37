# The service models, and all that is driven by their tables.
include(${PROJECT_SOURCE_DIR}/tools/codegen/codegen.cmake)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)

sagebrush_codegen(table_sources tables)

sagebrush_library(sagebrush_aws_model
  SOURCES
    cbor_decode.cc cbor_encode.cc codec.cc codec_error.cc codec_scalar.cc json_decode.cc json_encode.cc json_field.cc model.cc query_decode.cc query_encode.cc
    registry.cc request_encoding.cc rest_decode.cc rest_encode.cc rest_route.cc validation.cc validation_pattern.cc validation_text.cc
    xml_decode.cc xml_encode.cc ${table_sources}
  LIBRARIES sagebrush_aws_sign sagebrush_base sagebrush_http Boost::json pugixml::pugixml PkgConfig::RE2 ZLIB::ZLIB)
add_dependencies(sagebrush_aws_model sagebrush_generated_tables)

if(BUILD_TESTING)
  add_executable(codec_line_checker codec_line_checker.cc)
  sagebrush_options(codec_line_checker)
  target_link_libraries(codec_line_checker PRIVATE sagebrush_aws_model)
  add_test(NAME codec_botocore_test
    COMMAND ${SAGEBRUSH_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/codec_botocore_test.py $<TARGET_FILE:codec_line_checker>
      ${PROJECT_SOURCE_DIR}/src/service/operations.list)
endif()

sagebrush_test(aws_model_test
  SOURCES cbor_codec_test.cc codec_test.cc json_codec_test.cc model_test.cc rest_route_test.cc validation_test.cc
  LIBRARIES sagebrush_aws_model)
