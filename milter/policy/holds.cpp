// The meaning of conditions.
#include <algorithm>
#include <functional>

#include "match/masked.h"
#include "policy/facts.h"
#include "policy/membership.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

using match::Match;

Match as_match(bool value) { return value ? Match::yes : Match::no; }

// `no` decides an "and" whatever the rest is; `yes` an "or".
template <typename Parts, typename Ask>
Match fold(const Parts& parts, Match decisive, Match otherwise, const Ask& ask) {
    Match result = otherwise;
    for (const auto& part : parts) {
        const Match one = ask(part);
        if (one == decisive) return decisive;
        if (one == Match::cannot_tell) result = Match::cannot_tell;
    }
    return result;
}

template <typename Parts, typename Ask>
Match any_of(const Parts& parts, const Ask& ask) {
    return fold(parts, Match::yes, Match::no, ask);
}

template <typename Parts, typename Ask>
Match all_of(const Parts& parts, const Ask& ask) {
    return fold(parts, Match::no, Match::yes, ask);
}

bool in_order(std::int64_t left, Order order, std::int64_t right) {
    switch (order) {
        case Order::less:
            return left < right;
        case Order::less_or_equal:
            return left <= right;
        case Order::equal:
            return left == right;
        case Order::not_equal:
            return left != right;
        case Order::greater_or_equal:
            return left >= right;
        case Order::greater:
            return left > right;
    }
    return false;
}

// Where more of what is counted leaves yes a yes.
bool more_is_fine(Order order) {
    return order == Order::greater || order == Order::greater_or_equal;
}

// Counting that gave up has seen at least `found`: enough to be sure only where more cannot change
// the answer.
Match counted(const match::Count& count, Order order, std::int64_t wanted) {
    const bool so_far = in_order(count.found, order, wanted);
    if (!count.gave_up) return as_match(so_far);
    return more_is_fine(order) && so_far ? Match::yes : Match::cannot_tell;
}

// A text that must stay where it is, or Scans::forget() be called.
struct Subject {
    std::string_view text;
    std::string_view whole{};  // the text is one of many in it; see Contents::Values

    match::Where where(match::Seat seat, match::Scans& scans) const {
        return whole.empty() ? scans.where(seat, text) : scans.where(seat, text, whole);
    }
};

Match found(const Subject& subject, const Matches& wanted, Facts& facts) {
    const std::string_view text = subject.text;
    const match::Where where = subject.where(wanted.seat, facts.scans);
    if (where.nowhere()) return counted({}, wanted.order, wanted.count);
    match::Budget& budget = facts.budget;
    if (wanted.order == Order::greater_or_equal && wanted.count == 1) {
        return wanted.pattern.search(text, budget, where);
    }
    return counted(wanted.pattern.count(text, wanted.count + 1, budget, where), wanted.order,
                   wanted.count);
}

Match found(const Subject& subject, const Seeks& wanted, Facts& facts) {
    const std::string_view text = subject.text;
    if (subject.where(wanted.seat, facts.scans).nowhere())
        return counted({}, wanted.order, wanted.amount);
    const std::int64_t enough = wanted.amount + (wanted.order == Order::greater_or_equal ? 0 : 1);
    const match::Sum sum = match::sum_of(wanted.sought, text, enough, facts.budget);
    const Match match = counted(sum.count, wanted.order, wanted.amount);
    if (match == Match::yes && sum.first) {
        const auto& [begin, end, value, weight] = *sum.first;
        facts.finds.push_back(wanted.name + " " + match::masked(text.substr(begin, end - begin)));
    }
    return match;
}

// A login or account may be an address or a plain name; maps hold names as they hold domains.
mail::Address address_of_name(const std::string& name) {
    if (name.find('@') != std::string::npos) return mail::envelope_address(name);
    return {"", mail::normal_domain(name)};
}

Match cannot_tell(Facts& facts, std::string why) {
    facts.doubt = std::move(why);
    return Match::cannot_tell;
}

Match text_passes(const Test& test, const Subject& subject, Facts& facts) {
    if (const auto* wanted = std::get_if<Matches>(&test)) {
        const Match result = found(subject, *wanted, facts);
        if (result != Match::cannot_tell) return result;
        return cannot_tell(facts, std::string(costly_expression));
    }
    if (const auto* wanted = std::get_if<Seeks>(&test)) {
        const Match result = found(subject, *wanted, facts);
        if (result != Match::cannot_tell) return result;
        return cannot_tell(facts, std::string(costly_words));
    }
    const auto* equals = std::get_if<Equals>(&test);
    return as_match(equals && mail::names_equal(equals->value, subject.text));
}

// "!=" is asked of each single value.
Match asked(const Compare& compare, Match equal) { return compare.negated ? !equal : equal; }

Match address_passes(const Compare& compare, const mail::Address& address, Facts& facts) {
    const bool by_domain = is_domain(compare.field);
    if (is_membership(compare.test))
        return membership(compare.test, address, by_domain ? Part::domain : Part::address, facts);
    return text_passes(compare.test, {by_domain ? address.domain : facts.text_of(address)}, facts);
}

Match name_passes(const Compare& compare, const std::string& name, Facts& facts) {
    if (is_membership(compare.test)) {
        const mail::Address address = address_of_name(name);
        return membership(compare.test, address,
                          address.local.empty() ? Part::domain : Part::address, facts);
    }
    return text_passes(compare.test, {name}, facts);
}

Match ip_passes(const Compare& compare, Facts& facts) {
    const auto& ip = facts.message().client.ip;
    if (!ip) return cannot_tell(facts, "the client's address is not known");
    if (const auto* in = std::get_if<InNetworks>(&compare.test)) {
        return as_match(in->networks->holds(*ip));
    }
    return text_passes(compare.test, {facts.client_ip()}, facts);
}

Match addresses_pass(const Compare& compare, const std::vector<const mail::Address*>& addresses,
                     Facts& facts) {
    const auto ask = [&](const mail::Address* one) {
        return asked(compare, address_passes(compare, *one, facts));
    };
    if (compare.quantifier != Quantifier::all) return any_of(addresses, ask);
    return addresses.empty() ? Match::no : all_of(addresses, ask);
}

std::vector<const mail::Address*> compared_authors(const Compare& compare, Facts& facts,
                                                   const Binding& binding) {
    if (compare.quantifier == Quantifier::each && binding.author) return {binding.author};
    std::vector<const mail::Address*> all;
    for (const auto& author : facts.authors()) all.push_back(&author);
    return all;
}

std::vector<const mail::Address*> compared_originators(const Compare& compare, Facts& facts,
                                                       const Binding& binding) {
    const mail::Origin origin = origin_of(compare.field);
    const mail::Address* bound = binding.originators[static_cast<std::size_t>(origin)];
    if (compare.quantifier == Quantifier::each && bound) return {bound};
    std::vector<const mail::Address*> all;
    for (const auto& address : facts.originators(origin)) all.push_back(&address);
    return all;
}

std::vector<const mail::Address*> compared_recipients(const Compare& compare, Facts& facts,
                                                      const Binding& binding) {
    if (compare.quantifier == Quantifier::each && binding.recipient) return {binding.recipient};
    std::vector<const mail::Address*> all;
    for (const auto& recipient : facts.message().recipients) all.push_back(&recipient.address);
    return all;
}

Match header_passes(const Compare& compare, Facts& facts) {
    const auto& values = facts.header_values(
        compare.field == Field::subject ? std::string("Subject") : compare.header_name,
        compare.folded);
    if (std::holds_alternative<Exists>(compare.test)) return as_match(!values.empty());
    return any_of(values, [&](const std::string& v) {
        return asked(compare, text_passes(compare.test, {v}, facts));
    });
}

// What was not read may hold more of what is looked for: then only an answer that more of it cannot
// change is one.
bool more_changes_nothing(const Compare& compare, Match result) {
    const auto* matches = std::get_if<Matches>(&compare.test);
    const auto* seeks = std::get_if<Seeks>(&compare.test);
    return result == Match::yes && !compare.negated &&
           ((matches && more_is_fine(matches->order)) || (seeks && more_is_fine(seeks->order)));
}

constexpr const char* no_body = "the message's body was not read";

Match contents_pass(const Compare& compare, Facts& facts) {
    if (!facts.message().body_seen) return cannot_tell(facts, no_body);
    const Contents::Values& read = facts.contents.values(compare.field, compare.folded);
    const Match result = any_of(read.values, [&](std::string_view value) {
        return asked(compare, text_passes(compare.test, {value, read.whole}, facts));
    });
    if (!read.incomplete || more_changes_nothing(compare, result)) return result;
    // A search that gave up has said so: that can be mended in the rule.
    if (result == Match::cannot_tell) return result;
    return cannot_tell(facts, *read.incomplete);
}

Match of_contents(const OfContents& asked_for, Facts& facts) {
    if (!facts.message().body_seen) return cannot_tell(facts, no_body);
    switch (asked_for.is) {
        case OfContents::Is::unreadable:
            return as_match(facts.contents.unreadable());
        case OfContents::Is::encrypted:
            return as_match(facts.contents.encrypted());
        case OfContents::Is::truncated:
            return as_match(facts.contents.truncated());
    }
    return Match::cannot_tell;
}

// Sizes are asked of each attachment. More attachments can only make a number larger, and only add
// to the sizes.
Match attachments_compared(const CompareNumber& compare, Facts& facts) {
    if (!facts.message().body_seen) return cannot_tell(facts, no_body);
    const auto& files = facts.contents.attachments().files;
    const bool of_size = compare.quantity == Quantity::attachment_size;
    const auto fits = [&](std::uint64_t bytes) {
        return in_order(static_cast<std::int64_t>(bytes), compare.order, compare.value);
    };
    const bool result = of_size ? std::ranges::any_of(facts.contents.attachment_sizes(), fits)
                                : in_order(std::ssize(files), compare.order, compare.value);
    const auto incomplete = facts.contents.attachments_incomplete();
    const bool larger_is_fine =
        compare.order == Order::greater || compare.order == Order::greater_or_equal;
    if (!incomplete || (result && (of_size || larger_is_fine))) return as_match(result);
    return cannot_tell(facts, *incomplete);
}

Match compare_now(const Compare& compare, Facts& facts, const Binding& binding) {
    switch (compare.field) {
        case Field::user:
            return asked(compare, name_passes(compare, facts.identity().user, facts));
        case Field::domain:
            return asked(compare, name_passes(compare, facts.identity().domain, facts));
        case Field::account:
            return asked(compare, name_passes(compare, facts.identity().account, facts));
        case Field::client_ip:
            return asked(compare, ip_passes(compare, facts));
        case Field::mail_from:
        case Field::mail_from_domain:
            return asked(compare, address_passes(compare, facts.message().sender, facts));
        case Field::from:
        case Field::from_domain:
            return addresses_pass(compare, compared_authors(compare, facts, binding), facts);
        case Field::sender:
        case Field::sender_domain:
        case Field::reply_to:
        case Field::reply_to_domain:
        case Field::resent_from:
        case Field::resent_from_domain:
            return addresses_pass(compare, compared_originators(compare, facts, binding), facts);
        case Field::rcpt:
        case Field::rcpt_domain:
            return addresses_pass(compare, compared_recipients(compare, facts, binding), facts);
        case Field::subject:
        case Field::header:
            return header_passes(compare, facts);
        default:
            return contents_pass(compare, facts);
    }
}

Match compared(const Compare& compare, Facts& facts, const Binding& binding) {
    if (compare.memo < 0) return compare_now(compare, facts, binding);
    auto& memo = facts.memo(compare.memo);
    if (!memo) {
        const std::size_t unanswered = facts.unanswered.size();
        const Match now = compare_now(compare, facts, binding);
        if (facts.unanswered.size() > unanswered) return now;  // there will be an answer
        memo = now;
        if (*memo == Match::cannot_tell) facts.doubts[compare.memo] = facts.doubt;
    } else if (*memo == Match::cannot_tell) {
        facts.doubt = facts.doubts[compare.memo];
    }
    return *memo;
}

Match number_compared(const CompareNumber& compare, Facts& facts) {
    const Message& message = facts.message();
    if (compare.quantity == Quantity::attachment_count ||
        compare.quantity == Quantity::attachment_size)
        return attachments_compared(compare, facts);
    if (compare.quantity == Quantity::size && !message.size_known)
        return cannot_tell(facts, "the message's size is not known");
    const auto value = compare.quantity == Quantity::size
                           ? static_cast<std::int64_t>(message.size)
                           : static_cast<std::int64_t>(message.recipients.size());
    return as_match(in_order(value, compare.order, compare.value));
}

// The sizes are in the order of the policy's spans, of which the condition's is one.
Match mailing_compared(const MailingSize& wanted, Facts& facts) {
    if (!facts.mailing_sizes) return cannot_tell(facts, "the mailing's size could not be asked");
    const auto& spans = facts.policy().mailing_spans;
    const auto place = std::ranges::find(spans, wanted.span) - spans.begin();
    const auto size = facts.mailing_sizes->at(static_cast<std::size_t>(place));
    return as_match(in_order(size, wanted.order, wanted.value));
}

// The addresses are told masked, as what was found is.
Match misleading_from(Facts& facts) {
    const auto& shown = facts.shown_besides();
    if (shown.empty()) return Match::no;
    facts.finds.push_back("shown address " + match::masked(shown.front().text()));
    return Match::yes;
}

Match tagged(const std::string& tag, const Facts& facts) {
    if (facts.tags.contains(tag)) return Match::yes;
    return facts.gathering ? Match::cannot_tell : Match::no;
}

// Recipients lie one behind the other, so their addresses are in order.
const limits::SuppressionAnswer* suppression_of(const mail::Address* recipient,
                                                const Message& message) {
    const auto found = std::ranges::lower_bound(message.recipients, recipient, std::less<>{},
                                                [](const Recipient& one) { return &one.address; });
    return found == message.recipients.end() ? nullptr : &found->suppression;
}

Match suppressed(Facts& facts, const Binding& binding) {
    const auto* answer =
        binding.recipient ? suppression_of(binding.recipient, facts.message()) : nullptr;
    if (answer == nullptr || std::holds_alternative<limits::NotAsked>(*answer))
        return cannot_tell(facts, "the suppression list was not asked");
    if (std::holds_alternative<limits::Unavailable>(*answer))
        return cannot_tell(facts, "the suppression list could not be asked");
    return as_match(std::holds_alternative<limits::Suppression>(*answer));
}

}  // namespace

Match holds(const Condition& condition, Facts& facts, const Binding& binding) {
    const auto ask = [&](const Condition& part) { return holds(part, facts, binding); };
    return std::visit(
        Overloaded{
            [&](const And& all) { return all_of(all.parts, ask); },
            [&](const Or& any) { return any_of(any.parts, ask); },
            [&](const Not& negated) { return !ask(*negated.part); },
            [&](const Compare& compare) { return compared(compare, facts, binding); },
            [&](const CompareNumber& compare) { return number_compared(compare, facts); },
            [&](const Authenticated&) { return as_match(!facts.message().user.empty()); },
            [&](const OverTls&) { return as_match(facts.message().client.tls); },
            [&](const OnSuppressionList&) { return suppressed(facts, binding); },
            [&](const MisleadingFrom&) { return misleading_from(facts); },
            [&](const Tagged& wanted) { return tagged(wanted.tag, facts); },
            [&](const OfContents& predicate) { return of_contents(predicate, facts); },
            [&](const MailingSize& mailing) { return mailing_compared(mailing, facts); },
            [&](const InWindow& in) {
                return as_match(in.window->holds(facts.message().received));
            },
        },
        condition.is);
}

Match applies(const std::optional<Condition>& when, const std::optional<Condition>& unless,
              Facts& facts, const Binding& binding) {
    const Match first = when ? holds(*when, facts, binding) : Match::yes;
    if (first == Match::no || !unless) return first;
    const Match second = !holds(*unless, facts, binding);
    if (second == Match::no) return Match::no;
    return first == Match::yes ? second : Match::cannot_tell;
}

}  // namespace spillway::policy
