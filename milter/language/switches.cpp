#include "language/switches.h"

#include <fnmatch.h>

#include <fmt/format.h>

#include "language/blocks.h"

namespace spillway::language {

policy::Mode take_mode(Arguments& args) {
    return static_cast<policy::Mode>(args.take_one_of({"enforce", "audit", "off"}));
}

Switches::Switches(const std::vector<Line>& lines, Diagnostics& diagnostics) {
    for (const Line& line : lines) {
        read_line(line, diagnostics, [this](Arguments& args) {
            const Word& rules = args.take("the name of a rule");
            all_.push_back({rules, take_mode(args)});
        });
    }
}

std::optional<policy::Mode> Switches::mode_of(const std::string& rule) {
    std::optional<policy::Mode> mode;
    for (Switch& one : all_) {
        if (::fnmatch(one.rules.text.c_str(), rule.c_str(), 0) != 0) continue;
        one.used = true;
        mode = one.mode;
    }
    return mode;
}

void Switches::report_unused(const std::vector<BlockNode>& rules, Diagnostics& diagnostics) const {
    std::vector<std::string_view> known;
    for (const BlockNode& rule : rules) known.push_back(rule.name.text);
    for (const Switch& one : all_) {
        if (one.used) continue;
        const bool of_accounts = one.rules.text.find('/') != std::string::npos;
        const std::string mistake = fmt::format("no rule is named \"{}\"{}", one.rules.text,
                                                suggestion(one.rules.text, known));
        if (of_accounts)
            diagnostics.warning(one.rules.place, mistake);
        else
            diagnostics.error(one.rules.place, mistake);
    }
}

}  // namespace spillway::language
