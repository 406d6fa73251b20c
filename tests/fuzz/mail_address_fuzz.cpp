// The input as an envelope argument, as a domain, and as the value and the name of a From field.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mail/address.h"

using namespace spillway::mail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);

    const Address address = envelope_address(text);
    if (address.empty() && !text.empty() && text != "<>")
        std::abort();  // taken for the null sender
    if (normal_domain(address.domain) != address.domain) std::abort();

    const std::string domain = normal_domain(text);
    if (normal_domain(domain) != domain) std::abort();

    // Somebody or nobody, but never no answer; and a domain is normal or missing.
    const auto found = authors({{"From", text}});
    if (found.empty()) std::abort();
    for (const Address& author : found)
        if (author.empty() ? false : author.domain.empty()) std::abort();
    if (authors({{"From", "ann@own.example"}, {"From", text}}).back() != Address{}) std::abort();
    authors({{text, "ann@own.example"}, {"X", text}});

    // The same of other originators, and nothing is shown that From is of.
    for (const Origin origin : {Origin::sender, Origin::reply_to, Origin::resent}) {
        const auto others = originators(
            origin, {{"From", text}, {"Sender", text}, {"Reply-To", text}, {"Resent-From", text}});
        if (others.empty()) std::abort();
        if (originators(origin, {{text, text}}).empty()) std::abort();
    }
    for (const Address& shown : shown_besides({{"From", text}}))
        if (shown.local.empty() || shown.domain.find('.') == std::string::npos) std::abort();
    if (!shown_besides({{"From", "<ann@own.example>"}}).empty()) std::abort();
    return 0;
}
