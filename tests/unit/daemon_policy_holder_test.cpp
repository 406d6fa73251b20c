// One policy for readers in many threads, while another thread replaces it.
#include "daemon/policy_holder.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include "daemon/reload.h"

using namespace spillway;

namespace {

daemon::PolicyHolder::Snapshot policy_with_memos(int memos) {
    auto policy = std::make_shared<policy::Policy>();
    policy->memos = memos;
    return policy;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_keeps_the_policy_it_took) {
    daemon::PolicyHolder holder(policy_with_memos(1), 0, {});
    const auto taken = holder.current();
    BOOST_TEST(holder.replace(policy_with_memos(2), 5, {"log"}, {}) == 2u);
    BOOST_TEST(taken->memos == 1);
    BOOST_TEST(holder.current()->memos == 2);
    BOOST_TEST(holder.status().tests_run == 5);
    BOOST_TEST(holder.status().waiting_for_restart.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_refused_reload_is_remembered_until_a_good_one) {
    daemon::PolicyHolder holder(policy_with_memos(1), 0, {});
    holder.keep({"a.rules:1:1: error: no"}, {});
    BOOST_TEST(holder.status().generation == 1u);
    BOOST_TEST(holder.status().failed->mistakes.size() == 1u);
    BOOST_TEST(holder.current()->memos == 1);
    holder.replace(policy_with_memos(2), 0, {}, {});
    BOOST_TEST(!holder.status().failed.has_value());
}

BOOST_AUTO_TEST_CASE(readers_never_see_half_a_swap) {
    daemon::PolicyHolder holder(policy_with_memos(0), 0, {});
    std::atomic<bool> done{false};
    std::vector<std::jthread> readers;
    std::atomic<int> backwards{0};
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            for (int last = 0; !done;) {
                const int seen = holder.current()->memos;
                if (seen < last) ++backwards;
                last = seen;
            }
        });
    }
    for (int memos = 1; memos <= 2000; ++memos) holder.replace(policy_with_memos(memos), 0, {}, {});
    done = true;
    readers.clear();
    BOOST_TEST(backwards == 0);
    BOOST_TEST(holder.status().generation == 2001u);
}

BOOST_AUTO_TEST_CASE(only_settings_that_were_changed_wait_for_a_restart) {
    language::Settings running;
    language::Settings loaded = running;
    BOOST_TEST(daemon::waiting_for_restart(running, loaded).empty());
    loaded.timezone = "Pacific/Auckland";  // part of the policy, in force at once
    BOOST_TEST(daemon::waiting_for_restart(running, loaded).empty());
    loaded.spool_above = 1;
    loaded.counters = language::RedisStore{};
    loaded.control.mode = 0666;
    const std::vector<std::string> wanted{"control", "counters", "spool-above"};
    BOOST_TEST(daemon::waiting_for_restart(running, loaded) == wanted,
               boost::test_tools::per_element());
}
