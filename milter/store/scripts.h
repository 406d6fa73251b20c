// The scripts that Redis runs (lua/), each known there by the SHA-1 of its text: releases with
// other scripts work on one Redis side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway::store {

struct Script {
    std::string_view text;
    std::string_view sha1;  // in hex
};

extern const Script charge_script;
extern const Script peek_script;
extern const Script cancel_script;
extern const Script sizes_script;
extern const Script places_script;
extern const Script suspend_script;
extern const Script alive_script;

// The script of this SHA-1; null when this release has none.
const Script* script_of(std::string_view sha1);

// One call of a script: what it touches and what it is told (told at the top of each script). All
// keys are of one hash slot in a cluster; the first routes the call.
struct ScriptCall {
    const Script* script = nullptr;
    std::vector<std::string> keys;
    std::vector<std::string> words;

    const std::string& route() const { return keys.front(); }
    std::vector<std::string> by_sha1() const { return command("EVALSHA", script->sha1); }
    std::vector<std::string> by_text() const { return command("EVAL", script->text); }

  private:
    std::vector<std::string> command(std::string_view verb, std::string_view which) const;
};

}  // namespace spillway::store
