// The question behind `campaign`: what text this is and whom it goes to.
#include <set>

#include "match/fingerprint.h"
#include "policy/evaluate.h"
#include "policy/facts.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

// Words that differ in each piece of a mailing because they are the recipient's.
match::Names names_of_recipients(Facts& facts) {
    match::Names names;
    for (const Recipient& recipient : facts.message().recipients)
        names.add_address(recipient.address);
    for (const char* const field : {"To", "Cc"})
        for (const std::string& value : facts.header_values(field)) names.add_display_name(value);
    return names;
}

std::string subject_of(Facts& facts) {
    const auto& values = facts.header_values("Subject");
    return values.empty() ? "" : values.front();
}

// What readers show: hidden text would let each piece look like another.
std::string_view shown_text(Facts& facts) {
    const mail::ReadText& read = facts.contents.text();
    return std::string_view(read.text).substr(0, read.shown_bytes);
}

}  // namespace

std::optional<limits::Mailing> mailing_of(Facts& facts) {
    const Policy& policy = facts.policy();
    if (!facts.asks(&Policy::asks_mailing, &Folder::asks_mailing) || facts.mailing)
        return facts.mailing;
    std::set<std::string> recipients;
    for (const Recipient& recipient : facts.message().recipients)
        recipients.insert(lower(recipient.address.text()));
    limits::Mailing& mailing = facts.mailing.emplace();
    mailing.account = lower(facts.identity().account);
    mailing.features =
        match::text_features(subject_of(facts), shown_text(facts), names_of_recipients(facts));
    mailing.recipients.assign(recipients.begin(), recipients.end());
    mailing.spans = policy.mailing_spans;
    return facts.mailing;
}

}  // namespace spillway::policy
