#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

#include "crypto/abuse_token.h"
#include "mail/token_text.h"

using namespace spillway;
using crypto::KeyRing;
using crypto::Origin;

namespace {

const std::string key_file = crypto::new_key_line(nullptr, "2026-11-23");
const KeyRing keys = KeyRing::parse(key_file).value();

limits::Time at(std::int64_t seconds) { return limits::Time(std::chrono::seconds(seconds)); }

const Origin ann{.time = at(1'795'435'200),
                 .account = "customer.example",
                 .user = "ann@customer.example",
                 .queue_id = "4dFt9w1Rq7z2Q",
                 .client = "192.0.2.7",
                 .message = "0123456789abcdef"};

// What the words of a token say to whoever has the keys.
crypto::Opened read(std::string_view text, const KeyRing& ring = keys) {
    const auto found = mail::tokens_in(text);
    if (found.size() != 1 || !found.front().complete) return crypto::Forged{};
    return crypto::opened(found.front().bytes, ring);
}

bool is_origin(const crypto::Opened& opened) { return std::holds_alternative<Origin>(opened); }

std::string any_text(std::mt19937& random, std::size_t longest) {
    std::string text(random() % (longest + 1), '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_abuse_token)

BOOST_AUTO_TEST_CASE(who_has_the_key_reads_what_was_sealed) {
    std::mt19937 random(20261123);
    for (int i = 0; i < 10'000; ++i) {
        const Origin origin{.time = at(static_cast<std::int64_t>(random()) * 100),
                            .account = any_text(random, 160),
                            .user = any_text(random, 160),
                            .queue_id = any_text(random, 40),
                            .client = any_text(random, 45),
                            .message = any_text(random, 16)};
        const auto opened = read(mail::token_text(crypto::sealed(origin, keys)));
        BOOST_REQUIRE(is_origin(opened));
        BOOST_REQUIRE(std::get<Origin>(opened) == origin);
    }
}

BOOST_AUTO_TEST_CASE(the_longest_token_fits_into_one_line_of_mail) {
    const std::string much(1000, 'x');
    const std::string bytes = crypto::sealed({at(0), much, much, much, much, much}, keys);
    BOOST_TEST(bytes.size() <= mail::longest_token_bytes);
    const auto opened = crypto::opened(bytes, keys);
    BOOST_REQUIRE(is_origin(opened));
    BOOST_TEST(std::get<Origin>(opened).account == much.substr(0, 160));

    // What really occurs: an address of 64 + 1 + 95 octets, RFC 5321 section 4.5.3.1.
    const std::string usual = mail::token_text(
        crypto::sealed({at(0), much.substr(0, 96), much.substr(0, 160), "4dFt9w1Rq7z2Q",
                        "2001:db8:1111:2222:3333:4444:5555:6666", "0123456789abcdef"},
                       keys));
    BOOST_TEST(usual.size() < 900U);
}

BOOST_AUTO_TEST_CASE(no_token_is_like_another_and_none_shows_what_is_in_it) {
    const std::string one = crypto::sealed(ann, keys);
    BOOST_TEST(one != crypto::sealed(ann, keys));
    for (const std::string* word : {&ann.account, &ann.user, &ann.queue_id, &ann.client})
        BOOST_TEST(one.find(*word) == one.npos);
    Origin shorter = ann;
    shorter.account = "c.example";
    BOOST_TEST(crypto::sealed(shorter, keys).size() == one.size());
}

BOOST_AUTO_TEST_CASE(every_single_bit_changed_is_refused) {
    const std::string bytes = crypto::sealed(ann, keys);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string changed = bytes;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
        BOOST_REQUIRE(!is_origin(crypto::opened(changed, keys)));
    }
    const std::string text = mail::token_text(bytes);
    int still_read = 0;
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string changed = text;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
        still_read += is_origin(read(changed)) ? 1 : 0;
    }
    BOOST_TEST(still_read == 0);
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_addition_is_refused) {
    const std::string bytes = crypto::sealed(ann, keys);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        BOOST_REQUIRE(!is_origin(crypto::opened(bytes.substr(0, size), keys)));
    BOOST_TEST(!is_origin(crypto::opened(bytes + '\0', keys)));
    BOOST_TEST(is_origin(crypto::opened(bytes, keys)));
}

BOOST_AUTO_TEST_CASE(two_tokens_cannot_be_mixed) {
    Origin eve = ann;
    eve.user = "eve@customer.example";
    const std::string one = crypto::sealed(ann, keys);
    const std::string two = crypto::sealed(eve, keys);
    BOOST_REQUIRE(one.size() == two.size());
    for (std::size_t cut = 1; cut < one.size(); ++cut) {
        if (one.substr(0, cut) == two.substr(0, cut)) continue;  // the head is that of both
        BOOST_REQUIRE(!is_origin(crypto::opened(one.substr(0, cut) + two.substr(cut), keys)));
    }
}

BOOST_AUTO_TEST_CASE(after_a_rotation_old_tokens_open_and_new_ones_have_the_new_key) {
    const std::string old = crypto::sealed(ann, keys);
    const std::string second = crypto::new_key_line(&keys, "2027-01-01");
    const KeyRing both = KeyRing::parse(key_file + "# rotated\n\n" + second).value();
    BOOST_TEST(is_origin(crypto::opened(old, both)));

    const std::string fresh = crypto::sealed(ann, both);
    BOOST_TEST(is_origin(crypto::opened(fresh, both)));
    const auto by_old = crypto::opened(fresh, keys);
    BOOST_REQUIRE(std::holds_alternative<crypto::UnknownKey>(by_old));
    BOOST_TEST(std::get<crypto::UnknownKey>(by_old).id == crypto::id_text(both.newest().id));

    const auto retired =
        crypto::without_key(key_file + second, crypto::id_text(keys.newest().id)).value();
    BOOST_TEST(retired == second);
    const KeyRing only_second = KeyRing::parse(retired).value();
    BOOST_TEST(std::holds_alternative<crypto::UnknownKey>(crypto::opened(old, only_second)));
    BOOST_TEST(!crypto::without_key(retired, "none").has_value());
}

BOOST_AUTO_TEST_CASE(a_key_of_the_same_id_made_by_others_opens_and_seals_nothing_of_ours) {
    std::string others = crypto::new_key_line(nullptr, "2026-11-23");
    others.replace(4, 4, crypto::id_text(keys.newest().id));
    const KeyRing forger = KeyRing::parse(others).value();
    BOOST_TEST(
        std::holds_alternative<crypto::Forged>(crypto::opened(crypto::sealed(ann, forger), keys)));
    BOOST_TEST(
        std::holds_alternative<crypto::Forged>(crypto::opened(crypto::sealed(ann, keys), forger)));
}

BOOST_AUTO_TEST_CASE(a_key_file_with_a_mistake_is_refused_by_line_without_quoting_it) {
    const std::string key = key_file.substr(20);
    const std::pair<std::string, std::string> mistakes[] = {
        {"", "there is no key in it"},
        {"# nothing\n", "there is no key in it"},
        {"\nkey\n", "line 2: expected"},
        {"key 12g4 2026-11-23 " + key, "line 1: the id"},
        {"key 123 2026-11-23 " + key, "line 1: the id"},
        {"key 1234 2026/11/23 " + key, "line 1: expected"},
        {"key 1234 2026-11-23 " + key.substr(1), "line 1: a key is 32 bytes"},
        {"key 1234 2026-11-23 +" + key.substr(1), "line 1: a key is 32 bytes"},
        {key_file + key_file, "line 2: a second key"},
        {"key 1234 2026-11-23 " + key.substr(0, 43) + " more", "line 1: expected"}};
    for (const auto& [text, why] : mistakes) {
        const auto ring = KeyRing::parse(text);
        BOOST_REQUIRE(!ring.has_value());
        BOOST_TEST(ring.error().starts_with(why), ring.error());
        BOOST_TEST(ring.error().find(key.substr(1, 20)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
