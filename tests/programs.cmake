# Tests of the finished programs, written in Python: they start the real daemon, Redis, Postfix and
# Sendmail on free ports in temporary folders and stop them again.
find_program(pytest_python NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# spillway_pytest(name label path)
function(spillway_pytest name label path)
    add_test(NAME ${name} COMMAND ${pytest_python} -m pytest -q -rs -p no:cacheprovider ${path}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/tests)
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 900
                         ENVIRONMENT "SPILLWAY_BIN=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()

spillway_pytest(golden golden golden)
spillway_pytest(milter milter milter)
spillway_pytest(postfix postfix postfix)
# Sendmail is fetched once; where it cannot be, ctest says skipped and not passed.
spillway_pytest(sendmail sendmail sendmail)
set_tests_properties(sendmail PROPERTIES SKIP_REGULAR_EXPRESSION "\n[0-9]+ skipped in")
spillway_pytest(ctl ctl ctl)

# Documents of all kinds, read by the real program.
add_executable(extract_files extract/extract_files.cpp)
target_link_libraries(extract_files PRIVATE extract warnings CLI11::CLI11
                      nlohmann_json::nlohmann_json)
spillway_pytest(extract extract extract)

# Imported rules against the program they come from.
add_executable(tags_of_files convert/tags_of_files.cpp)
target_link_libraries(tags_of_files PRIVATE daemon warnings nlohmann_json::nlohmann_json)
spillway_pytest(convert convert convert)

# Numbers that check themselves, against another reckoning of the same rules.
add_executable(identifiers_of_lines match/identifiers_of_lines.cpp)
target_link_libraries(identifiers_of_lines PRIVATE match warnings)
spillway_pytest(match match match)

# The tree itself: the rooms keep their order, and the checker that says so is worth believing.
add_test(NAME check_layers COMMAND ${PROJECT_SOURCE_DIR}/scripts/check-layers)
set_tests_properties(check_layers PROPERTIES LABELS check)
spillway_pytest(checkers check check)
# The manual documents what the programs know, and its examples are policies they take.
add_test(NAME check_docs COMMAND ${PROJECT_SOURCE_DIR}/scripts/check-docs
         --programs ${PROJECT_BINARY_DIR})
set_tests_properties(check_docs PROPERTIES LABELS check)
