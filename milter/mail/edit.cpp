#include "mail/edit.h"

namespace spillway::mail {

void edited_body(std::string_view message, const BodyEdit& edit,
                 const std::function<void(std::string_view piece)>& take) {
    const auto take_some = [&](std::string_view piece) {
        if (!piece.empty()) take(piece);
    };
    std::size_t at = edit.body;
    for (const Replacement& change : edit.changes) {
        take_some(message.substr(at, change.begin - at));
        take_some(change.bytes);
        at = change.end;
    }
    take_some(message.substr(at));
}

}  // namespace spillway::mail
