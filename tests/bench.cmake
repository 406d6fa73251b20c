# The bench: a filter that does nothing, a load generator, and scripts/bench which compares the two
# with spillwayd. ctest runs it for a few seconds only, to see that it works; it judges no figures.
add_executable(noop_milter bench/noop_milter.cpp)
target_link_libraries(noop_milter PRIVATE ${milter_library} warnings)

add_executable(milter_load bench/milter_load.cpp bench/conversation.cpp bench/letters.cpp)
target_link_libraries(milter_load PRIVATE fmt::fmt CLI11::CLI11 Threads::Threads warnings)

add_test(NAME bench_runs COMMAND ${PROJECT_SOURCE_DIR}/scripts/bench --quick)
set_tests_properties(bench_runs PROPERTIES LABELS bench TIMEOUT 300 RUN_SERIAL ON
                     ENVIRONMENT "SPILLWAY_BIN=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
spillway_pytest(bench_load bench bench)

# What a list of words costs: load and search; run by hand for figures, by ctest to see that it works.
add_executable(word_list_bench bench/word_list_bench.cpp)
target_link_libraries(word_list_bench PRIVATE match warnings)
add_test(NAME word_list_bench_runs COMMAND word_list_bench 1000 1)
set_tests_properties(word_list_bench_runs PROPERTIES LABELS bench TIMEOUT 60)

# What keeping messages costs; likewise.
add_executable(archive_bench bench/archive_bench.cpp)
target_link_libraries(archive_bench PRIVATE vault warnings)
add_test(NAME archive_bench_runs COMMAND archive_bench ${CMAKE_CURRENT_BINARY_DIR} 100)
set_tests_properties(archive_bench_runs PROPERTIES LABELS bench TIMEOUT 120)
