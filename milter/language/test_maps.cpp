#include "language/test_maps.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace spillway::language {

void TestMaps::read(Arguments& args, const Program& program) {
    const Word& name = args.take("the name of a map that is kept elsewhere");
    const auto named = [&](const MapNode& node) { return node.name.text == name.text; };
    const auto node = std::ranges::find_if(program.maps, named);
    if (node == program.maps.end() || !node->outside) {
        throw Mistake(
            name.place,
            fmt::format("\"{}\" is no map that is kept in redis, sqlite or socketmap", name.text));
    }
    if (args.take_if("unavailable")) {
        unavailable_.insert(name.text);
        return;
    }
    const bool pairs = node->kind.text == "pairs";
    const std::string key = pairs ? match::pair_key(args.take("a key").text) : "";
    match::Values& values = held_[{name.text, key}];
    do {
        const Word& value = args.take("what the map holds");
        const auto added = pairs ? values.add(value.text) : values.set.add(value.text);
        if (!added) throw Mistake(value.place, added.error());
    } while (args.more());
}

match::Found TestMaps::answer(const match::Question& question) const {
    if (unavailable_.contains(question.map->name)) return match::Unreachable{"the test says so"};
    const auto found = held_.find({question.map->name, question.key});
    if (found == held_.end()) return std::make_shared<const match::Values>();
    return std::make_shared<const match::Values>(found->second);
}

policy::LookUp TestMaps::look_up() const {
    return [this](const std::vector<match::Question>& questions) {
        std::vector<match::Found> answers;
        for (const match::Question& question : questions) answers.push_back(answer(question));
        return answers;
    };
}

}  // namespace spillway::language
