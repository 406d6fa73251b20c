#include "extract/program.h"

#include <unistd.h>

#include <filesystem>

namespace spillway::extract {

std::string reading_program(const std::string& own_path) {
    constexpr const char* name = "spillway-extract";
    const std::filesystem::path folder = std::filesystem::path(own_path).parent_path();
    const std::filesystem::path beside = folder / name;
    if (::access(beside.c_str(), X_OK) == 0) return beside.string();
    return (folder.parent_path() / "libexec" / name).string();
}

std::string reading_program() {
    return reading_program(std::filesystem::read_symlink("/proc/self/exe").string());
}

}  // namespace spillway::extract
