#include "store/scripts.h"

#include "embedded/alive_text.h"
#include "embedded/cancel_text.h"
#include "embedded/charge_text.h"
#include "embedded/peek_text.h"
#include "embedded/places_text.h"
#include "embedded/sizes_text.h"
#include "embedded/suspend_text.h"

namespace spillway::store {

const Script charge_script{embedded::charge_text, embedded::charge_text_sha1};
const Script peek_script{embedded::peek_text, embedded::peek_text_sha1};
const Script cancel_script{embedded::cancel_text, embedded::cancel_text_sha1};
const Script sizes_script{embedded::sizes_text, embedded::sizes_text_sha1};
const Script places_script{embedded::places_text, embedded::places_text_sha1};
const Script suspend_script{embedded::suspend_text, embedded::suspend_text_sha1};
const Script alive_script{embedded::alive_text, embedded::alive_text_sha1};

const Script* script_of(std::string_view sha1) {
    for (const Script* script : {&charge_script, &peek_script, &cancel_script, &sizes_script,
                                 &places_script, &suspend_script, &alive_script})
        if (script->sha1 == sha1) return script;
    return nullptr;
}

std::vector<std::string> ScriptCall::command(std::string_view verb, std::string_view which) const {
    std::vector<std::string> command;
    command.reserve(3 + keys.size() + words.size());
    command.emplace_back(verb);
    command.emplace_back(which);
    command.push_back(std::to_string(keys.size()));
    command.insert(command.end(), keys.begin(), keys.end());
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

}  // namespace spillway::store
