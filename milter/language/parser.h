// Words into statements. Knows the grammar and the words of conditions; names mean nothing yet.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "language/ast.h"
#include "language/diagnostics.h"

namespace spillway::language {

// Words that may begin a condition; check-docs holds them against the manual.
inline constexpr std::string_view field_words[] = {"user",
                                                   "domain",
                                                   "account",
                                                   "client-ip",
                                                   "mail-from",
                                                   "mail-from.domain",
                                                   "from",
                                                   "from.domain",
                                                   "sender",
                                                   "sender.domain",
                                                   "reply-to",
                                                   "reply-to.domain",
                                                   "resent-from",
                                                   "resent-from.domain",
                                                   "rcpt",
                                                   "rcpt.domain",
                                                   "subject",
                                                   "header",
                                                   "text",
                                                   "recipients",
                                                   "size",
                                                   "hidden",
                                                   "any-text",
                                                   "html",
                                                   "raw",
                                                   "links",
                                                   "attachment.name",
                                                   "attachment.type",
                                                   "attachment.text",
                                                   "attachment.inner-name",
                                                   "attachment.inner-type",
                                                   "attachment.size",
                                                   "attachment.count"};
inline constexpr std::string_view condition_words[] = {
    "auth",      "tag",       "window", "campaign",       "unreadable",
    "encrypted", "truncated", "tls",    "misleading-from"};
inline constexpr std::string_view setting_words[] = {
    "listen",      "control",    "counters",      "state-dir",      "spool-dir",
    "spool-above", "text-limit", "timezone",      "user",           "log",
    "accounts",    "metrics",    "without-login", "local-identity", "gate",
    "sendmail",    "abuse-keys", "notice-from",   "notice-subject", "notice-text"};

// Whose file it is. Accounts have no say in settings, limits and what else is everybody's.
enum class Author { administrator, account };
inline constexpr std::string_view account_statements[] = {"map",  "words", "window",
                                                          "rule", "mode",  "test"};

// Parses one file into `program`; mistakes go to `diagnostics`, and reading goes on at the next
// statement. `include` is called for each include statement, in its place; accounts have none.
void parse(const std::string& file, std::string_view text, Program& program,
           Diagnostics& diagnostics, const std::function<void(const Word& pattern)>& include,
           Author author = Author::administrator);

}  // namespace spillway::language
