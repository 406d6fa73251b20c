# Functions the build is written in, and the sanitizer switch shared by all targets.

set(SPILLWAY_SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")
option(SPILLWAY_PIECES "Compile several files in one piece: faster as a whole, slower after a change" OFF)
if(SPILLWAY_SANITIZE)
    add_compile_options(-fsanitize=${SPILLWAY_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SPILLWAY_SANITIZE})
endif()

find_program(ccache_program ccache)
if(ccache_program)
    # What ccache asks for where headers are precompiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                    ${ccache_program})
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# The headers nearly every file needs, and those named as well, compiled once a target.
function(spillway_precompile target)
    target_precompile_headers(${target} PRIVATE ${ARGN} <algorithm> <chrono> <functional> <map> <memory>
                              <optional> <string> <string_view> <unordered_map> <utility> <variant>
                              <vector> <fmt/format.h> <fmt/chrono.h>)
endfunction()

# spillway_room(name LINKS target...): a static library of the sources in milter/<name>.
function(spillway_room name)
    cmake_parse_arguments(room "" "" "LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS milter/${name}/*.cpp)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/milter)
    target_link_libraries(${name} PUBLIC ${room_LINKS} PRIVATE warnings)
    spillway_precompile(${name})
    # Where all is built at once several files are compiled in one piece: in rooms in which the names
    # that files keep to themselves are different in each. GCC 12 inlines more there, and then takes
    # the strings of moved variants for uninitialized.
    if((SPILLWAY_SANITIZE OR SPILLWAY_PIECES) AND name MATCHES "^(limits|log|crypto|store|session|mta|daemon|policy|language|vault|lookup)$")
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON)
        target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
                               $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    endif()
endfunction()

# spillway_embed(target name file...): makes `inline constexpr std::string_view name` with the text
# of the files one behind the other, and `name_sha1` with its SHA-1 in hex, in the generated header
# "embedded/<name>.h".
function(spillway_embed target name)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
    set(text "")
    foreach(file IN LISTS ARGN)
        file(READ ${file} piece)
        string(APPEND text "${piece}")
    endforeach()
    string(SHA1 sha1 "${text}")
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/embedded/${name}.h @ONLY CONTENT
"#pragma once
#include <string_view>
namespace spillway::embedded {
inline constexpr std::string_view ${name} = R\"embedded(${text})embedded\";
inline constexpr std::string_view ${name}_sha1 = \"${sha1}\";
}
")
    target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
