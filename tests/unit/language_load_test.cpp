#include "language_load.h"

#include <boost/test/unit_test.hpp>

#include "policy/evaluate.h"
#include "policy/facts.h"

using namespace spillway;
using language::load_text;
using language::mistakes_in;

namespace {

// A policy whose tests must all pass; its diagnostics otherwise.
void check_passes(const std::string& policy) { BOOST_TEST(mistakes_in(policy) == ""); }

const std::string owned = "map owned pairs inline [ \"a.example a.example .sub.example\" ]\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(language_load)

BOOST_AUTO_TEST_CASE(an_empty_policy_is_a_policy_and_has_the_default_settings) {
    const auto generation = load_text("# nothing\n");
    BOOST_TEST(generation.policy != nullptr);
    BOOST_TEST(generation.settings.state_dir == "/var/lib/spillway");
    BOOST_TEST(generation.settings.control.mode == 0600U);
}

BOOST_AUTO_TEST_CASE(notices_are_worded_by_the_policy) {
    const auto generation = load_text(
        "sendmail /opt/bin/sendmail -C /etc/x\n"
        "notice-from limits@a.example\n"
        "notice-subject \"Größe %{percent}%\"\n"
        "notice-text file texts/notice\n",
        {{"texts/notice", "Hello %{who},\nmore\n"}});
    BOOST_REQUIRE(generation.policy);
    const std::vector<std::string> program{"/opt/bin/sendmail", "-C", "/etc/x"};
    BOOST_TEST(generation.settings.sendmail == program, boost::test_tools::per_element());
    const auto& form = generation.policy->notice_form;
    BOOST_TEST(form.from == "limits@a.example");
    policy::Variables values;
    values[static_cast<std::size_t>(policy::Variable::percent)] = "80";
    values[static_cast<std::size_t>(policy::Variable::who)] = "a.example";
    BOOST_TEST(form.subject.value().fill(values) == "Größe 80%");
    BOOST_TEST(form.text.value().fill(values) == "Hello a.example,\nmore\n");
    BOOST_TEST(!load_text("").policy->notice_form.text.has_value());
    BOOST_TEST(load_text("notice-text \"a\\nb\"").policy->notice_form.text->fill({}) == "a\nb");
}

BOOST_AUTO_TEST_CASE(mistakes_in_the_words_of_notices_are_told) {
    const auto told = [](const std::string& text, const std::string& part,
                         const std::map<std::string, std::string>& files = {}) {
        const std::string mistakes = mistakes_in(text, files);
        BOOST_TEST(mistakes.find(part) != std::string::npos, mistakes);
    };
    told("notice-from postmaster", "expected an address such as limits@a.example");
    told("notice-from \"a b@c\"", "expected an address");
    told("notice-subject \"a\\nBcc: b\"", "a subject is one line");
    told("notice-subject \"" + std::string(201, 'x') + "\"", "201 bytes, 200 are allowed");
    told("notice-text \"%{nobody}\"", "unknown variable");
    told("notice-text file none", "none: No such file");
    told("notice-text file t", "t:1:1: error: unknown variable", {{"t", "%{nobody}"}});
    told("notice-text file t", "not UTF-8", {{"t", "\xff"}});
    told("rule a { reject \"%{percent}\" }", "unknown variable \"%{percent}\"");
    told("sendmail bin/sendmail", "absolute path");
    told("metrics unix:/tmp/x", "metrics are scraped at inet:HOST:PORT");
}

BOOST_AUTO_TEST_CASE(settings_are_read) {
    const auto generation = load_text(
        "listen inet:127.0.0.1:2525\n"
        "metrics inet:127.0.0.1:9255\n"
        "control unix:/run/x/control.sock mode 0640 group adm\n"
        "counters \"redis://[::1]:6380/3\" timeout 80ms\n"
        "state-dir /var/x; spool-dir /var/y; spool-above 2M\n"
        "timezone Pacific/Auckland; user spillway; log file /var/log/x json\n"
        "text-limit 4M\n");
    BOOST_TEST_REQUIRE(generation.policy);
    const auto& settings = generation.settings;
    BOOST_TEST((settings.listen == language::Listen{language::InetSocket{"127.0.0.1", 2525}}));
    BOOST_TEST((settings.metrics == language::InetSocket{"127.0.0.1", 9255}));
    BOOST_TEST((settings.control == language::UnixSocket{"/run/x/control.sock", 0640, "adm"}));
    const auto& redis = std::get<language::RedisStore>(settings.counters);
    BOOST_TEST((redis.hosts == std::vector<language::HostPort>{{"::1", 6380}}));
    BOOST_TEST(redis.database == 3);
    BOOST_TEST((redis.timeout == std::chrono::milliseconds{80}));
    BOOST_TEST(settings.spool_above == 2U * 1024 * 1024);
    BOOST_TEST(settings.timezone == "Pacific/Auckland");
    BOOST_TEST(
        (settings.log == language::LogSetting{language::LogTarget::file, "/var/log/x", true}));
    BOOST_TEST(generation.policy->reading.text_bytes == 4U * 1024 * 1024);
}

BOOST_AUTO_TEST_CASE(every_mistake_of_every_file_is_reported_in_one_go) {
    const std::string got = mistakes_in(
        "rul x { reject }\n"
        "include rules.d/*\n"
        "map m domains file gone\n"
        "rule a { when form.domain in m; rejct }\n"
        "rule b { when from.domain in nn; reject 450 \"x\" }\n",
        {{"rules.d/one", "limit l { scope domian; rate 5 / 1q }\n"}});
    BOOST_TEST(
        got ==
        "p.conf:1:1: error: unknown statement \"rul\", did you mean \"rule\"?\n"
        "p.conf:3:20: error: gone: No such file or directory\n"
        "p.conf:4:15: error: unknown condition \"form.domain\", did you mean "
        "\"from.domain\"?\n"
        "p.conf:4:33: error: unknown word \"rejct\" in a rule, did you mean \"reject\"?\n"
        "p.conf:5:30: error: unknown map \"nn\"\n"
        "p.conf:5:41: error: \"450\" is not of class 5: a rejection is final (5xx with "
        "5.x.x)\n"
        "rules.d/one:1:7: error: limit \"l\" does not say its count\n"
        "rules.d/one:1:17: error: expected one of account, domain, user, client-ip, user-ip, "
        "rcpt-domain, everything, got \"domian\", did you mean \"domain\"?\n"
        "rules.d/one:1:30: error: expected a duration such as 8s, 15m, 1h or 7d, or hour, day, "
        "week or month, got \"1q\"\n");
}

BOOST_AUTO_TEST_CASE(a_policy_with_a_mistake_is_no_policy) {
    BOOST_TEST(load_text("rule a { reject }\nrule a { reject }\n").policy == nullptr);
}

BOOST_AUTO_TEST_CASE(mistakes_name_what_was_expected) {
    const std::pair<const char*, const char*> cases[] = {
        {"rule a { when ; reject }", "p.conf:1:15: error: expected a condition, got \";\"\n"},
        {"rule a { when (auth; reject }",
         "p.conf:1:20: error: expected \")\", \"and\" or \"or\", got \";\"\n"},
        {"rule a { when subject =~ x; reject }",
         "p.conf:1:26: error: expected a regular expression: /…/\n"},
        {"rule a { when subject =~ /a(b/; reject }",
         "p.conf:1:30: error: regular expression: missing closing parenthesis\n"},
        {"rule a { when subject in x; reject }",
         "p.conf:1:23: error: \"in\" needs an address, a domain, a name or client-ip; subject is "
         "text: use \"has\" or \"=~\"\n"},
        {"rule a { when any subject has \"x\"; reject }",
         "p.conf:1:15: error: \"any\" goes with from, sender, reply-to, resent-from and rcpt only, "
         "not with subject\n"},
        {"rule a { when tag x; reject }", "p.conf:1:19: error: no rule sets the tag \"x\"\n"},
        {"rule a { when auth; reject; tag x }",
         "p.conf:1:29: error: \"tag\" is never reached: the action before it ends the rule\n"},
        {"rule a { reject \"%{nme}\" }",
         "p.conf:1:17: error: unknown variable \"%{nme}\" (known: rule, limit, used, max, next, "
         "user, domain, account, sender, recipients, client-ip, queue-id, suppression)\n"},
        {"rule a { reject", "p.conf:1:8: error: \"{\" of rule \"a\" is never closed\n"},
        {"\"x", "p.conf:1:1: error: string without closing quote on its line\n"},
        {"}", "p.conf:1:1: error: \"}\" without \"{\"\n"},
        {"user a b", "p.conf:1:8: error: unexpected \"b\" after \"user\"\n"},
        {"user a\nuser b", "p.conf:2:1: error: a second \"user\"; the first is at p.conf:1\n"},
        {"timezone Mars/Base", "p.conf:1:10: error: unknown time zone \"Mars/Base\"\n"},
        {"counters redis://u:p@h/0",
         "p.conf:1:10: error: the address may hold no user or password: they would stand in "
         "logs and listings; use \"user\" and \"password-file\"\n"},
        {"include p.conf", "p.conf:1:9: error: \"p.conf\" is included a second time\n"},
        {"rule a { add-header \"X Y\" z }",
         "p.conf:1:10: error: \"X Y\" cannot be the name of a header field\n"},
    };
    for (const auto& [policy, expected] : cases) {
        std::string got = mistakes_in(policy);
        if (std::string_view{policy}.find("rule") == 0 && got.find("has no action") != got.npos) {
            got = got.substr(0, got.find('\n') + 1);  // a rule whose only action was wrong
        }
        // Where in the line a name mistake stands matters less than that it is told once.
        if (std::string_view{policy}.find("X Y") != std::string_view::npos) {
            BOOST_TEST(got.find("cannot be the name of a header field") != got.npos);
            continue;
        }
        BOOST_TEST(got == expected, policy << "\n got: " << got << "\nwant: " << expected);
    }
}

BOOST_AUTO_TEST_CASE(unused_names_and_unreachable_rules_are_warnings) {
    const auto generation = load_text(
        "map m domains inline [ a.example ]\nwindow w sat\nrule a { reject }\nrule b { accept }\n");
    BOOST_TEST(generation.policy != nullptr);
    BOOST_TEST(mistakes_in("map m domains inline [ a.example ]\nwindow w sat\n"
                           "rule a { reject }\nrule b { accept }\n") ==
               "p.conf:1:5: warning: map \"m\" is not used\n"
               "p.conf:2:8: warning: window \"w\" is not used\n"
               "p.conf:4:6: warning: rule \"b\" is never reached: rule \"a\" ends every message\n");
}

BOOST_AUTO_TEST_CASE(a_failing_test_block_refuses_the_policy_and_says_what_happened) {
    BOOST_TEST(mistakes_in("rule a { when subject has \"spam\"; reject }\n"
                           "test t { header Subject \"no Spam here\"; expect accept }\n") ==
               "p.conf:2:41: error: test \"t\" failed: expected accept, got reject 550 rule a\n");
}

BOOST_AUTO_TEST_CASE(map_files_report_their_own_lines) {
    BOOST_TEST(mistakes_in("map n networks file nets\nrule a { when client-ip in n; reject }\n",
                           {{"nets", "# ours\n192.0.2.0/24\n192.0.2.1/24\n"}})
                   .starts_with("nets:3:1: error: "));
}

BOOST_AUTO_TEST_CASE(rules_on_from_are_asked_for_each_author) {
    check_passes(owned +
                 "rule r { when auth and not from.domain in owned[domain]; reject }\n"
                 "test own { as x@a.example; header From \"A <x@a.example>\"; expect accept }\n"
                 "test sub { as x@a.example; header From \"A <x@b.sub.example>\"; expect accept }\n"
                 "test two { as x@a.example; header From \"x@a.example, y@b.example\"; expect "
                 "reject rule r }\n"
                 "test none { as x@a.example; header From \"just words\"; expect reject rule r }\n"
                 "test many { as x@a.example; header From x@a.example; header From x@a.example; "
                 "expect reject rule r }\n");
}

BOOST_AUTO_TEST_CASE(a_rule_on_recipients_refuses_that_recipient_alone) {
    check_passes(
        "rule r { when rcpt.domain in [ bad.example ]; reject }\n"
        "test one { rcpt a@bad.example b@good.example; expect accept; expect refused a@bad.example "
        "rule r }\n"
        "test all { rcpt a@bad.example; expect reject rule r }\n"
        "test local { local; mail-from x@y.example; rcpt a@bad.example b@good.example; expect "
        "reject "
        "rule r }\n");
}

BOOST_AUTO_TEST_CASE(one_friendly_recipient_does_not_exempt_the_others) {
    check_passes(
        "rule friends { when rcpt.domain in [ friend.example ]; accept }\n"
        "rule all { reject }\n"
        "test mixed { rcpt a@friend.example b@other.example; expect reject rule all }\n"
        "test friends { rcpt a@friend.example b@friend.example; expect accept rule friends }\n");
}

BOOST_AUTO_TEST_CASE(an_early_refusal_waits_for_an_earlier_accept) {
    check_passes(
        "rule vip { when from in [ boss@a.example ]; accept }\n"
        "rule bad { when mail-from.domain in [ a.example ]; reject }\n"
        "test vip { as x@a.example; header From boss@a.example; expect accept }\n"
        "test not { as x@a.example; header From x@a.example; expect reject rule bad }\n");
    const auto generation = load_text(
        "rule vip { when from in [ boss@a.example ]; accept }\n"
        "rule bad { when mail-from.domain in [ a.example ]; reject }\n");
    BOOST_TEST((generation.policy->rules[1].known_at == policy::Stage::mail));
    BOOST_TEST((generation.policy->rules[1].acts_at == policy::Stage::headers));
}

BOOST_AUTO_TEST_CASE(limits_count_each_recipient_once_and_only_those_meant) {
    check_passes(
        "limit l { scope domain; count recipients; rate 3 / 1h; unless rcpt.domain in [ in.example "
        "] "
        "}\n"
        "test three { as x@a.example; rcpt a@o.example b@o.example c@o.example; expect accept }\n"
        "test twice { as x@a.example; rcpt a@o.example a@O.example b@o.example c@o.example; expect "
        "accept }\n"
        "test inside { as x@a.example; rcpt a@o.example b@o.example c@o.example d@in.example; "
        "expect "
        "accept }\n"
        "test four { as x@a.example; rcpt 4; expect reject 552 limit l }\n"
        "test used { as x@a.example; used l 3; rcpt a@o.example; expect reject 552 limit l }\n"
        "test free { as x@a.example; used l 3; rcpt a@in.example; expect accept }\n");
}

BOOST_AUTO_TEST_CASE(a_cost_above_the_whole_limit_is_final_even_where_the_limit_defers) {
    check_passes(
        "limit l { scope user; count recipients; rate 3 / 1h; over defer }\n"
        "test used { as x@a.example; used l 3; expect defer 452 limit l }\n"
        "test big { as x@a.example; rcpt 4; expect reject 552 limit l }\n");
}

BOOST_AUTO_TEST_CASE(audit_rules_report_and_do_nothing) {
    check_passes(
        "rule r { when auth; mode audit; reject }\n"
        "test t { as x@a.example; expect accept }\n");
}

// Rules of others are switched from the operator's own file, which an upgrade does not touch.
BOOST_AUTO_TEST_CASE(rules_are_switched_from_elsewhere_and_the_last_word_counts) {
    const std::string rules =
        "rule pack-a { when auth; reject }\n"
        "rule pack-b { when auth; mode off; reject }\n"
        "rule mine { when auth; quarantine }\n";
    const auto passes = [&rules](const std::string& modes, const std::string& expected) {
        check_passes(modes + rules + "test t { as x@a.example; expect " + expected + " }\n");
    };
    passes("", "reject rule pack-a");
    passes("mode pack-a audit\n", "quarantine rule mine");
    passes("mode pack-a off; mode pack-b enforce\n", "reject rule pack-b");
    passes("mode pack-* off\n", "quarantine rule mine");
    passes("mode pack-* off; mode pack-a enforce\n", "reject rule pack-a");
    passes("mode pack-a enforce; mode pack-* off\n", "quarantine rule mine");
    passes("mode * off\n", "accept");
    passes("mode \"pack-[ab]\" off\n", "quarantine rule mine");
}

BOOST_AUTO_TEST_CASE(a_switch_without_a_rule_is_a_mistake) {
    const auto told = [](const std::string& mode, const std::string& part) {
        const std::string mistakes = mistakes_in(mode + "\nrule pack-a { when auth; reject }\n");
        BOOST_TEST(mistakes.find(part) != std::string::npos, mistakes);
    };
    told("mode pack-b off",
         "p.conf:1:6: error: no rule is named \"pack-b\", did you mean \"pack-a\"?");
    told("mode gone-* off", "no rule is named \"gone-*\"");
    told("mode pack-a on", "expected one of enforce, audit, off, got \"on\"");
    told("mode pack-a", "\"mode\" needs one of enforce, audit, off");
    told("mode", "\"mode\" needs the name of a rule");
    told("mode pack-a off audit", "unexpected \"audit\"");
}

BOOST_AUTO_TEST_CASE(windows_keep_local_time) {
    check_passes(
        "timezone Pacific/Auckland\n"
        "window offpeak sat-sun, mon-fri 01:00-08:00\n"
        "rule r { unless window offpeak; reject }\n"
        "test noon { at 2026-11-23 12:00; expect reject }\n"
        "test night { at 2026-11-23 07:59; expect accept }\n"
        "test eight { at 2026-11-23 08:00; expect reject }\n"
        "test sunday { at 2026-11-22 12:00; expect accept }\n");
}

BOOST_AUTO_TEST_CASE(text_rules_see_decoded_text) {
    check_passes(
        "rule r { when text has \"wire transfer\"; quarantine \"words\" }\n"
        "rule c { when text =~ /x/ count >= 2; tag twice }\n"
        "test b64 { header Content-Transfer-Encoding base64; body \"V2lyZSAgVHJhbnNmZXI=\"; expect "
        "quarantine rule r }\n"
        "test html { header Content-Type text/html; body \"<b>wi</b>re&#32;trans<!-- x -->fer\"; "
        "expect quarantine rule r }\n"
        "test half { body \"wire transfers\"; expect accept }\n"
        "test once { body \"x\"; expect accept }\n"
        "test twice { body \"x y x\"; expect tag twice }\n");
}

BOOST_AUTO_TEST_CASE(precedence_is_not_and_or) {
    check_passes(
        "rule r { when not auth and subject has \"a\" or subject has \"b\"; reject }\n"
        "test b { as x@a.example; header Subject b; expect reject }\n"
        "test a { as x@a.example; header Subject a; expect accept }\n"
        "test noauth { header Subject a; expect reject }\n"
        "rule s { when not (auth or subject has \"c\"); tag s }\n"
        "test s { header Subject d; expect tag s }\n");
}

BOOST_AUTO_TEST_CASE(unequal_is_asked_of_each_value) {
    check_passes(
        "rule any { when any rcpt.domain != in.example; tag leaves }\n"
        "rule all { when all rcpt.domain != in.example; reject }\n"
        "test mixed { rcpt a@in.example b@out.example; expect accept; expect tag leaves }\n"
        "test out { rcpt a@out.example b@out.example; expect reject rule all }\n"
        "rule user { when auth and user != x@a.example; defer }\n"
        "test user { as y@a.example; rcpt a@in.example; expect defer rule user }\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_utf8_is_refused) {
    BOOST_TEST(mistakes_in("user a\xff\n") == "p.conf:1:1: error: the file is not UTF-8\n");
}

BOOST_AUTO_TEST_CASE(a_broken_condition_makes_no_rule_unreachable) {
    BOOST_TEST(mistakes_in("rule a { unless tag x; reject }\nrule b { reject }\n") ==
               "p.conf:1:21: error: no rule sets the tag \"x\"\n");
}

BOOST_AUTO_TEST_CASE(conditions_go_on_after_and_or_not_and_in_brackets) {
    check_passes(
        "rule r {\n    when (auth\n        or subject has \"a\") and\n        not\n        subject "
        "has "
        "[\n"
        "            b\n            c ]\n    reject\n}\n"
        "test a { header Subject a; expect reject }\n"
        "test c { header Subject \"a c\"; expect accept }\n");
}

BOOST_AUTO_TEST_CASE(text_beyond_the_limit_is_never_taken_for_absent) {
    const auto policy = [](const std::string& condition, const std::string& verdict) {
        return "text-limit 20\nrule r { when " + condition +
               "; accept }\nrule all { when text has \"never\"; reject }\n"
               "test t { body \"aaaaaaaaaa bbbbbbbbbb cccccccccc secret\"; expect " +
               verdict + " rule r }\n";
    };
    check_passes(policy("text has \"secret\" count < 1", "defer"));
    check_passes(policy("text =~ /secret/ count = 0", "defer"));
    check_passes(policy("text != x", "defer"));
    check_passes(policy("not text has \"secret\"", "defer"));
    check_passes(policy("text =~ /a/ count > 3", "accept"));
}

BOOST_AUTO_TEST_CASE(a_later_refusal_outranks_a_rule_that_cannot_tell) {
    for (const std::string on_error : {"defer", "quarantine"}) {
        const std::string doubting =
            "text-limit 1\nrule a { when text has \"x\"; reject; on-error " + on_error + " }\n";
        check_passes(doubting + "test t { body \"long enough\"; expect " + on_error +
                     " rule a }\n");
        check_passes(
            doubting +
            "rule b { when rcpt.domain in [ b.example ]; reject }\n"
            "test smtp { rcpt x@b.example; body \"long enough\"; expect reject rule b }\n"
            "test local { local; rcpt x@b.example; mail-from a@a.example; body \"long enough\"; "
            "expect reject rule b }\n");
    }
}

BOOST_AUTO_TEST_CASE(expectations_take_no_further_words) {
    BOOST_TEST(mistakes_in("rule r { tag one }\ntest t { expect tag one two }\n") ==
               "p.conf:2:25: error: unexpected \"two\" after \"expect\"\n");
}

BOOST_AUTO_TEST_CASE(a_redis_database_is_a_small_number) {
    BOOST_TEST(mistakes_in("counters redis://h database 4294967296\n") ==
               "p.conf:1:29: error: expected a database number, got \"4294967296\"\n");
}

BOOST_AUTO_TEST_CASE(numbers_compare) {
    check_passes(
        "rule r { when recipients > 2; reject }\n"
        "rule s { when size >= 1K; tag big }\n"
        "test two { rcpt 2; expect accept }\n"
        "test three { rcpt 3; expect reject rule r }\n");
}

BOOST_AUTO_TEST_CASE(headers_are_added_after_all_forged_ones_of_ours_are_removed) {
    const auto generation = load_text("rule r { quarantine \"why\" }\n");
    BOOST_TEST_REQUIRE(generation.policy);
    policy::Message message;
    message.headers = {
        {"X-Spillway-Quarantine", "a"}, {"From", "a@b"}, {"x-spillway-quarantine", "b"}};
    policy::Facts facts(*generation.policy, message);
    const auto decision = policy::decide(*generation.policy, message, policy::questions(facts), {});
    BOOST_TEST_REQUIRE(decision.edits.size() == 3U);
    BOOST_TEST(std::get<policy::RemoveHeader>(decision.edits[0]).nth == 2);
    BOOST_TEST(std::get<policy::RemoveHeader>(decision.edits[1]).nth == 1);
    BOOST_TEST(std::get<policy::AddHeader>(decision.edits[2]).value == "rule r: why");
}

BOOST_AUTO_TEST_CASE(a_token_needs_keys_and_stands_in_added_fields_only) {
    const auto generation =
        load_text("abuse-keys /etc/spillway/abuse.keys valid 90d\nrule a { abuse-id }\n");
    BOOST_REQUIRE(generation.policy);
    BOOST_TEST(generation.settings.abuse_keys->file == "/etc/spillway/abuse.keys");
    BOOST_TEST((generation.settings.abuse_keys->valid == std::chrono::hours(24 * 90)));
    BOOST_TEST(generation.policy->needs_abuse_id);
    const std::vector<std::string> fields{"x-spillway-abuse-id"};
    BOOST_TEST(generation.policy->abuse_fields == fields, boost::test_tools::per_element());

    const auto told = [](const std::string& text, const std::string& part) {
        const std::string mistakes = mistakes_in(text);
        BOOST_TEST(mistakes.find(part) != std::string::npos, mistakes);
    };
    told("rule a { abuse-id }", ":1:10: error: the setting \"abuse-keys\" must say which keys");
    told("rule a { add-header X-A \"a %{abuse-id}\" }", ":1:25: error: the setting \"abuse-keys\"");
    told("abuse-keys keys", "an absolute path");
    told("abuse-keys /k\nrule a { replace-header X-A \"%{abuse-id}\" }", "write add-header");
    told("abuse-keys /k\nrule a { reject \"%{abuse-id}\" }", "unknown variable");
    told("notice-subject \"%{abuse-id}\"", "known in header fields only");
    told("rule a { add-header X-A \"a\\nBcc: b\" }", "one line of UTF-8");
    told("rule a { add-header X-A \"" + std::string(401, 'x') + "\" }", "401 bytes, 400 are");
    told("rule a { remove-header X-A \"b c\" }", "cannot be the name");
}

BOOST_AUTO_TEST_CASE(bounces_of_the_mta_itself_are_held_where_others_are_refused) {
    check_passes(
        "rule all { reject }\n"
        "test bounce { local; mail-from \"\"; expect quarantine rule all; expect header "
        "X-Spillway-Quarantine }\n"
        "test double { local; mail-from double-bounce@mx.example; expect quarantine rule all }\n"
        "test smtp { mail-from \"\"; expect reject }\n");
    check_passes(
        "limit l { scope domain; count recipients; rate 3 / 1h; over defer }\n"
        "test over { local; mail-from \"\"; used l 3; expect quarantine limit l }\n"
        "test under { local; mail-from \"\"; used l 2; expect accept }\n");
}

BOOST_AUTO_TEST_SUITE_END()
