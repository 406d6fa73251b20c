#include "extract/program.h"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "temp_folder.h"

using spillway::extract::reading_program;

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(the_program_is_found_beside_or_in_libexec) {
    const spillway::TempFolder folder;
    const std::string daemon = folder.file("sbin/spillwayd");
    std::filesystem::create_directory(folder.file("sbin"));
    BOOST_TEST(reading_program(daemon) == folder.file("libexec/spillway-extract"));

    const std::string beside = folder.file("sbin/spillway-extract");
    std::ofstream(beside) << "#!/bin/sh\n";
    BOOST_TEST(reading_program(daemon) == folder.file("libexec/spillway-extract"));
    std::filesystem::permissions(beside, std::filesystem::perms::owner_all);
    BOOST_TEST(reading_program(daemon) == beside);
}

BOOST_AUTO_TEST_CASE(this_program_has_a_path) { BOOST_TEST(reading_program().starts_with('/')); }

BOOST_AUTO_TEST_SUITE_END()
