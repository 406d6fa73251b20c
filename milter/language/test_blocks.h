// Test blocks: policies that prove themselves on `check` and before each reload.
#pragma once

#include "language/ast.h"
#include "language/diagnostics.h"
#include "policy/policy.h"

namespace spillway::language {

// The words that may stand in a test; check-docs holds them against the manual.
inline constexpr std::string_view test_words[] = {"as",   "from",   "at",        "tls",  "local",
                                                  "uid",  "script", "mail-from", "rcpt", "header",
                                                  "body", "used",   "campaign",  "map",  "expect"};

// Runs every test against the policy; each failure is an error at its `expect`. Returns how many
// ran. Those of an account's folder must be of its own messages, and call its rules and tags as its
// files do; `folder` is the folder's name, "" for the administrator's tests.
int run_tests(const Program& program, const policy::Policy& policy, Diagnostics& diagnostics,
              const std::string& folder = "");

}  // namespace spillway::language
