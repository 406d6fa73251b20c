// Oracles made by others, which are not part of this tree: tests that want them look in the folder
// named by SPILLWAY_SHARED_DATA, else in ../shared/data beside the tree, and say when they skip.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

inline std::optional<std::filesystem::path> shared_data() {
    const char* named = std::getenv("SPILLWAY_SHARED_DATA");
    const std::filesystem::path folder =
        named ? std::filesystem::path(named)
              : std::filesystem::path(SPILLWAY_SOURCE_DIR) / ".." / "shared" / "data";
    if (std::filesystem::exists(folder)) return folder;
    BOOST_TEST_MESSAGE("skipped: no " << folder);
    std::printf("skipped %s: no folder %s\n",
                boost::unit_test::framework::current_test_case().p_name->c_str(), folder.c_str());
    return std::nullopt;
}

// What a shell command prints; fails the test when the command does.
inline std::string output_of(const std::string& command) {
    struct Close {
        int* status;
        void operator()(std::FILE* pipe) const { *status = pclose(pipe); }
    };
    int status = 0;
    std::string output;
    {
        const std::unique_ptr<std::FILE, Close> pipe(popen(command.c_str(), "r"), Close{&status});
        BOOST_REQUIRE(pipe != nullptr);
        char buffer[65536];
        while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe.get()))
            output.append(buffer, got);
    }
    BOOST_REQUIRE_EQUAL(status, 0);
    return output;
}
