#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "mail/address.h"
#include "mail/address_list.h"
#include "mail/encoded_word.h"
#include "mail/mailbox.h"
#include "mail/text.h"

namespace spillway::mail {
namespace {

// Longer fields are cut by MTAs (Postfix cuts at 60,000 bytes when a milter is there) and by
// readers, each at another place.
constexpr std::size_t longest_from = 32'768;

// Each author is asked about, perhaps in a table far away: no message may choose how often.
constexpr std::size_t most_authors = 1'000;

constexpr std::size_t most_originators = 100;

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 1> from_names{"From"};
constexpr std::array<std::string_view, 1> sender_names{"Sender"};
constexpr std::array<std::string_view, 1> reply_to_names{"Reply-To"};
constexpr std::array<std::string_view, 2> resent_names{"Resent-From", "Resent-Sender"};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(char c) { return c == '\r' || c == '\n'; }

bool is_one_of(std::string_view name, Names names) {
    return std::ranges::any_of(names, [&](std::string_view one) { return names_equal(name, one); });
}

// The name as readers see it who skip blanks, control characters and what is not ASCII.
bool looks_like(std::string_view name, Names names) {
    std::string seen;
    for (const char c : name)
        if (c > ' ' && c < 0x7f) seen += c;
    return is_one_of(seen, names) || is_one_of(readable(name), names);
}

// Whether a line of the value, not being a folded one, begins another field that looks like these.
bool smuggles(std::string_view value, Names names) {
    for (std::size_t at = value.find_first_of("\r\n"); at != value.npos;
         at = value.find_first_of("\r\n", at + 1)) {
        const std::string_view line = value.substr(at + 1, 64);
        if (line.empty() || is_blank(line.front())) continue;
        if (looks_like(line.substr(0, line.find(':')), names)) return true;
    }
    return false;
}

// Two-byte forms of ASCII and their longer kin, which old decoders turn into "<" or "@" (RFC 3629
// section 3 forbids them). Other invalid UTF-8 in a display name is but an old charset.
bool has_overlong_utf8(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const auto lead = static_cast<std::uint8_t>(text[i]);
        const auto next = static_cast<std::uint8_t>(text[i + 1]);
        if ((next & 0xc0) != 0x80) continue;
        if (lead == 0xc0 || lead == 0xc1) return true;
        if ((lead == 0xe0 && next < 0xa0) || (lead == 0xf0 && next < 0x90)) return true;
    }
    return false;
}

// Control characters, line ends that do not fold, and folded lines without text, which some readers
// take for the end of the header.
bool has_odd_control(std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto c = static_cast<unsigned char>(value[i]);
        if (c == '\r' && i + 1 < value.size() && value[i + 1] == '\n') continue;
        if (c == '\n') {
            const std::size_t text = value.find_first_not_of(" \t", i + 1);
            if (text == value.npos || text == i + 1 || is_line_end(value[text])) return true;
            continue;
        }
        if ((c < ' ' && c != '\t') || c == 0x7f) return true;
    }
    return false;
}

std::string_view without_outer_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// Addresses that a display name or a comment shows in angle brackets, quoted or encoded: simple
// readers take the first pair of brackets they see.
void add_shown_in_angles(std::string_view text, AddressList& list) {
    for (std::size_t open = text.find('<'); open != text.npos; open = text.find('<', open + 1)) {
        const std::size_t close = text.find_first_of("<>", open + 1);
        if (close == text.npos) return;
        const std::string_view shown =
            without_outer_blanks(text.substr(open + 1, close - open - 1));
        if (text[close] != '>' || shown.find('@') == shown.npos) continue;
        const auto mailbox = parse_mailbox(shown);
        if (!mailbox) {
            list.doubtful = true;
        } else if (std::ranges::find(list.found, mailbox->address) == list.found.end()) {
            list.found.push_back(mailbox->address);
        }
    }
}

// MTAs differ in whether the last line end belongs to the value.
std::string_view without_outer_line_ends(std::string_view value) {
    while (!value.empty() && is_line_end(value.back())) value.remove_suffix(1);
    return value;
}

// The list as the grammar has it, and then what readers without a grammar would see in it.
AddressList read_list(std::string_view raw) {
    const std::string_view value = without_outer_line_ends(raw);
    if (value.size() > longest_from) return {{}, true};
    AddressList list = parse_address_list(value);
    const std::string decoded = decoded_words(value);
    if (has_odd_control(value) || has_odd_control(decoded) || has_overlong_utf8(value))
        list.doubtful = true;
    add_shown_in_angles(value, list);
    add_shown_in_angles(readable(decoded), list);
    return list;
}

// What all fields of these names together say, as if they were one.
struct Gathered {
    std::vector<Address> addresses;
    int fields = 0;
    bool doubtful = false;
};

Gathered gathered(const std::vector<Header>& headers, Names names, std::size_t most) {
    Gathered all;
    for (const Header& header : headers) {
        if (is_one_of(header.name, names)) {
            ++all.fields;
            const std::size_t room = most - all.addresses.size();
            if (room == 0) {
                all.doubtful = true;
                continue;
            }
            AddressList list = read_list(header.value);
            all.doubtful = all.doubtful || list.doubtful || list.found.size() > room;
            list.found.resize(std::min(list.found.size(), room));
            std::ranges::move(list.found, std::back_inserter(all.addresses));
        } else if (looks_like(header.name, names)) {
            all.doubtful = true;
        }
        all.doubtful = all.doubtful || smuggles(header.value, names);
    }
    return all;
}

std::vector<Address> with_doubt(Gathered gathered, bool doubtful) {
    if (doubtful || gathered.doubtful) gathered.addresses.emplace_back();
    return std::move(gathered.addresses);
}

}  // namespace

// Even two equal From fields are one too many: signatures cover one, readers show the other.
std::vector<Address> authors(const std::vector<Header>& headers) {
    Gathered all = gathered(headers, from_names, most_authors);
    const bool one_field = all.fields == 1;
    return with_doubt(std::move(all), !one_field);
}

std::vector<Address> originators(Origin origin, const std::vector<Header>& headers) {
    const Names names = origin == Origin::sender     ? Names(sender_names)
                        : origin == Origin::reply_to ? Names(reply_to_names)
                                                     : Names(resent_names);
    Gathered all = gathered(headers, names, most_originators);
    if (all.fields == 0 && !all.doubtful) return authors(headers);
    const bool too_many = all.fields > 1 && origin != Origin::resent;
    return with_doubt(std::move(all), too_many);
}

}  // namespace spillway::mail
