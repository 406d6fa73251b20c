#include "limits/open_receipts.h"

#include <algorithm>
#include <utility>

#include "limits/hash.h"

namespace spillway::limits {

namespace {

std::uint64_t owner(const std::string& account, const std::string& message) {
    return fnv1a(message.begin(), message.end(), mixed(fnv1a(account.begin(), account.end())));
}

}  // namespace

const OpenReceipt& OpenReceipts::add(std::uint64_t token, OpenReceipt receipt) {
    const auto entry = by_owner_.emplace(owner(receipt.account, receipt.message), token);
    try {
        return receipts_.insert_or_assign(token, std::move(receipt)).first->second;
    } catch (...) {
        by_owner_.erase(entry);
        throw;
    }
}

std::optional<OpenReceipt> OpenReceipts::take(std::uint64_t token) {
    const auto found = receipts_.find(token);
    if (found == receipts_.end()) return std::nullopt;
    OpenReceipt receipt = std::move(found->second);
    receipts_.erase(found);
    const auto [first, last] = by_owner_.equal_range(owner(receipt.account, receipt.message));
    const auto entry =
        std::find_if(first, last, [token](const auto& one) { return one.second == token; });
    if (entry != last) by_owner_.erase(entry);
    return receipt;
}

std::vector<std::uint64_t> OpenReceipts::earlier_tries(const std::string& account,
                                                       const std::string& message, Time now,
                                                       std::chrono::milliseconds age) const {
    std::vector<std::uint64_t> tries;
    const auto [first, last] = by_owner_.equal_range(owner(account, message));
    for (auto entry = first; entry != last; ++entry) {
        const OpenReceipt& receipt = receipts_.at(entry->second);
        if (receipt.account == account && receipt.message == message && receipt.at + age <= now)
            tries.push_back(entry->second);
    }
    std::ranges::sort(tries);  // the order of the table is not the same everywhere
    return tries;
}

void OpenReceipts::forget_older(Time then) {
    while (!receipts_.empty() && receipts_.begin()->second.at <= then)
        take(receipts_.begin()->first);
}

}  // namespace spillway::limits
