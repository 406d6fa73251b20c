// Reads files as spillwayd reads attachments, for tests and for measuring: JSON on standard output.
//
//   extract_files [--OPTION VALUE]... PROGRAM FILE...
// prints one object a file, in order. With --rounds N all files are read N times by --threads T,
// and one object says how long that took.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "extract/extractor.h"

namespace {

using namespace spillway::extract;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

struct File {
    std::string name, bytes;
};

File read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {.name = path.substr(path.rfind('/') + 1),
            .bytes = std::string(std::istreambuf_iterator<char>(in), {})};
}

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

json described(const Extracted& extracted, double seconds) {
    json pieces = json::array();
    for (const Piece& piece : extracted.pieces)
        pieces.push_back({{"path", piece.path}, {"type", piece.type}, {"text", piece.text}});
    const Findings& findings = extracted.findings;
    return {{"pieces", std::move(pieces)},
            {"encrypted", findings.encrypted},
            {"truncated", findings.truncated},
            {"trouble", words(findings.trouble)},
            {"trouble_at", findings.trouble_at},
            {"complete", extracted.complete()},
            {"seconds", seconds}};
}

struct Plan {
    Limits limits;
    std::string label;
    std::vector<File> files;
    std::uint32_t rounds = 0, threads = 1;
};

Extracted read(Extractor& extractor, const Plan& plan, const File& file) {
    const auto generous = std::chrono::minutes(2);
    return extractor.read({.name = file.name, .label = plan.label}, file.bytes, plan.limits,
                          Clock::now() + generous);
}

void print_each(Extractor& extractor, const Plan& plan) {
    for (const File& file : plan.files) {
        const auto begin = Clock::now();
        const Extracted extracted = read(extractor, plan, file);
        std::cout << described(extracted, seconds_since(begin)) << "\n";
    }
}

void measure(Extractor& extractor, const Plan& plan) {
    for (const File& file : plan.files) read(extractor, plan, file);  // the keepers are up then
    std::atomic<std::uint32_t> round = 0;
    std::atomic<std::uint64_t> incomplete = 0;
    const auto begin = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t i = 0; i < plan.threads; ++i)
            threads.emplace_back([&] {
                while (round++ < plan.rounds)
                    for (const File& file : plan.files)
                        if (!read(extractor, plan, file).complete()) ++incomplete;
            });
    }
    const double seconds = seconds_since(begin);
    std::uint64_t bytes = 0;
    for (const File& file : plan.files) bytes += file.bytes.size();
    const double documents = static_cast<double>(plan.files.size()) * plan.rounds;
    std::cout << json{{"documents_per_second", documents / seconds},
                      {"megabytes_per_second",
                       static_cast<double>(bytes) * plan.rounds / seconds / 1e6},
                      {"incomplete", incomplete.load()}}
              << "\n";
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Reads files as attachments are read.");
    Plan plan;
    Limits& limits = plan.limits;
    std::vector<std::string> paths;
    Extractor::Settings settings{.program = {}, .spool_folder = "/tmp"};
    app.add_option("program", settings.program)->required();
    app.add_option("files", paths)->required();
    app.add_option("--label", plan.label);
    app.add_option("--text-bytes", limits.text_bytes);
    app.add_option("--unpacked-bytes", limits.unpacked_bytes);
    app.add_option("--document-bytes", limits.document_bytes);
    app.add_option("--memory-bytes", limits.memory_bytes);
    app.add_option("--entries", limits.entries);
    app.add_option("--depth", limits.depth);
    app.add_option("--time-ms", limits.time_ms);
    app.add_option("--processes", settings.processes);
    app.add_option("--spool-above", settings.spool_above);
    app.add_option("--rounds", plan.rounds);
    app.add_option("--threads", plan.threads);
    CLI11_PARSE(app, argc, argv);
    for (const std::string& path : paths) plan.files.push_back(read_whole(path));
    Extractor extractor(settings);
    if (plan.rounds == 0)
        print_each(extractor, plan);
    else
        measure(extractor, plan);
}
