// Becoming the user the settings name.
//
// To be used before threads start: user ids are the process's. All functions throw
// std::system_error or std::runtime_error; a daemon that cannot drop what it was told to drop must
// not go on.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace spillway::daemon {

struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

// nullopt for "": go on as the user we were started as. Throws when there is no such user.
std::optional<Account> account_named(const std::string& name);

gid_t group_named(const std::string& name);

// Supplementary groups, group, user, in this order, for good. Nothing happens when this is who we
// are.
void become(const Account& account);

}  // namespace spillway::daemon
