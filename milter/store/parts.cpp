#include "store/parts.h"

#include <algorithm>
#include <numeric>

#include "limits/merged.h"
#include "store/keys.h"
#include "store/slots.h"

namespace spillway::store {

namespace {

Part& part_for(std::vector<Part>& parts, const std::string& account) {
    const unsigned slot = slot_of(hash_tag(account));
    const auto known = std::ranges::find(parts, slot, &Part::slot);
    if (known != parts.end()) return *known;
    parts.push_back({.call = {}, .owner = account, .places = {}, .slot = slot});
    return parts.back();
}

}  // namespace

std::vector<Part> parts_of(const limits::Call& call, const std::string& owner, bool by_slot) {
    std::vector<Part> parts;
    if (!by_slot) {
        parts.push_back({.call = call, .owner = owner, .places = {}, .slot = 0});
        parts.back().places.resize(call.charges.size());
        std::iota(parts.back().places.begin(), parts.back().places.end(), std::size_t{0});
        return parts;
    }
    for (const limits::Suspect& sender : call.senders)
        part_for(parts, sender.account).call.senders.push_back(sender);
    for (std::size_t i = 0; i < call.charges.size(); ++i) {
        Part& part = part_for(parts, call.charges[i].account);
        part.call.charges.push_back(call.charges[i]);
        part.places.push_back(i);
    }
    for (Part& part : parts) {
        part.call.message = call.message;
        part.owner = limits::owner_of(part.call);
    }
    if (!call.mailing) return parts;
    const unsigned slot = slot_of(hash_tag(call.mailing->account));
    if (parts.empty() || parts.back().slot != slot)
        parts.push_back({.call = {}, .owner = call.mailing->account, .places = {}, .slot = slot});
    parts.back().call.mailing = call.mailing;
    return parts;
}

}  // namespace spillway::store
