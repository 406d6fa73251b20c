-- How many recipients a text goes to in each span, without recording it.
--
-- KEYS  the number of the account's last mailing
-- ARGV  the mailing
-- Reply a size for each span

local mailing = read_mailing()
local id = known_mailing(mailing)
local sizes = {}
for i, span in ipairs(mailing.spans) do
    sizes[i] = size_of(mailing, id, tonumber(span))
end
return sizes
