-- Which texts of an account are one mailing, and to how many different recipients it went.
--
--   spillway-texts:{ACCOUNT}             the number of the last mailing
--   spillway-texts:{ACCOUNT}:WIDTH:N     feature → mailing, as recorded in slice number N of WIDTH
--       ms, a quarter of the longest span; whole slices expire
--   spillway-mailing:{ACCOUNT}:M:SPAN    sorted set of recipients with the time in ms, until 1,000
--   spillway-mailing:{ACCOUNT}:M:SPAN:N  from then on HyperLogLogs of a twelfth of the span each
--   spillway-mailing:{ACCOUNT}:M:SPAN:many   there while these count

local text_slices, estimate_slices, most_exact = 4, 12, 1000

local function read_mailing()
    return { account = argument(), needed = number(), features = argument_list(),
        recipients = argument_list(), spans = argument_list() }
end

local function slice_of_texts(mailing, back)
    local width = ceil(tonumber(mailing.spans[#mailing.spans]) / text_slices)
    local slice = floor(now / width) - back
    local name = 'spillway-texts:' .. mailing.account .. ':' .. text(width) .. ':' .. text(slice)
    return name, (slice + text_slices + 2) * width
end

-- The mailing that enough of the features point to, or nil; and for each feature which mailing it
-- points to in the newest slice.
local function known_mailing(mailing)
    local pointers, missing, newest = {}, #mailing.features, {}
    for back = 0, text_slices do
        local found = call('HMGET', slice_of_texts(mailing, back), unpack(mailing.features))
        newest = back == 0 and found or newest
        for i, pointer in ipairs(found) do
            if pointer and not pointers[i] then
                pointers[i] = pointer
                missing = missing - 1
            end
        end
        if missing == 0 then
            break
        end
    end
    local votes = {}
    for _, pointer in pairs(pointers) do
        votes[pointer] = (votes[pointer] or 0) + 1
        if votes[pointer] >= mailing.needed then
            return pointer, newest
        end
    end
    return nil, newest
end

local function names_of(mailing, id, span)
    local name = 'spillway-mailing:' .. mailing.account .. ':' .. id .. ':' .. span
    return name, name .. ':many', name .. ':'
end

local function estimate_names(prefix, width)
    local names, slice = {}, floor(now / width)
    for n = slice - estimate_slices, slice do
        names[#names + 1] = prefix .. text(n)
    end
    return names
end

local function estimate_into(prefix, width, slice, recipients)
    local name = prefix .. text(slice)
    in_pieces(recipients, function(...)
        call('PFADD', name, ...)
    end)
    keep_until(name, (slice + estimate_slices + 1) * width)
end

-- The number of recipients in the span, those of this message included.
local function size_of(mailing, id, span)
    if not id then
        return #mailing.recipients
    end
    local exact, many, prefix = names_of(mailing, id, span)
    local width = ceil(span / estimate_slices)
    if call('EXISTS', many) == 1 then
        local asked = prefix .. 'asked'
        in_pieces(mailing.recipients, function(...)
            call('PFADD', asked, ...)
        end)
        local size = call('PFCOUNT', asked, unpack(estimate_names(prefix, width)))
        call('DEL', asked)
        return size
    end
    local from = now - span + 1
    local size = call('ZCOUNT', exact, from, '+inf')
    for _, seen in ipairs(read_all('ZMSCORE', exact, mailing.recipients)) do
        if not seen or tonumber(seen) < from then
            size = size + 1
        end
    end
    return size
end

-- Too many to be kept one by one: each goes to the slice it was last seen in.
local function begin_estimate(exact, prefix, width)
    local by_slice = {}
    local seen = call('ZRANGE', exact, 0, -1, 'WITHSCORES')
    for i = 1, #seen, 2 do
        local slice = floor(tonumber(seen[i + 1]) / width)
        by_slice[slice] = by_slice[slice] or {}
        table.insert(by_slice[slice], seen[i])
    end
    for slice, recipients in pairs(by_slice) do
        estimate_into(prefix, width, slice, recipients)
    end
    call('DEL', exact)
end

local function record_recipients(mailing, id, span)
    local exact, many, prefix = names_of(mailing, id, span)
    local width = ceil(span / estimate_slices)
    local size = size_of(mailing, id, span)
    if call('EXISTS', many) == 0 and size <= most_exact then
        call('ZREMRANGEBYSCORE', exact, '-inf', now - span)
        local seen = {}
        for _, recipient in ipairs(mailing.recipients) do
            seen[#seen + 1] = now
            seen[#seen + 1] = recipient
        end
        in_pieces(seen, function(...)
            call('ZADD', exact, ...)
        end)
        return keep_until(exact, now + span)
    end
    if call('EXISTS', exact) == 1 then
        begin_estimate(exact, prefix, width)
    end
    estimate_into(prefix, width, floor(now / width), mailing.recipients)
    call('SET', many, 1, 'PX', text((estimate_slices + 1) * width))
end

local function record_mailing()
    local mailing = read_mailing()
    local id, newest = known_mailing(mailing)
    local name, ends = slice_of_texts(mailing, 0)
    local last = 'spillway-texts:' .. mailing.account
    id = id or text(call('INCR', last))
    local changed = {}
    for i, feature in ipairs(mailing.features) do
        if newest[i] ~= id then
            changed[#changed + 1] = feature
            changed[#changed + 1] = id
        end
    end
    if #changed > 0 then
        call('HSET', name, unpack(changed))
        keep_until(name, ends)
    end
    -- Longer than any text points to a mailing, so that no number is given twice.
    keep_until(last, ends + text_slices * (ends - now))
    for _, span in ipairs(mailing.spans) do
        record_recipients(mailing, id, tonumber(span))
    end
end
