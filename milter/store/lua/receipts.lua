-- Receipts of one message: a hash, in which a call's token has what is needed to take its charges
-- back and to answer the same call again (MessagePack), or "-TIME" when the call was cancelled, or is
-- settled, and must not be carried out any more however late it comes.

local cancelled_kept = 600000

local function mark()
    return '-' .. text(now)
end

-- The time, the answers, and of each charge its name, w, what refund needs to know, its cost and its
-- fresh members or false.
local parts_of_charge = 5

local function receipt_of(counts, answers)
    local parts, n = { now, answers }, 2
    for i = 1, #counts do
        local count = counts[i]
        parts[n + 1], parts[n + 2], parts[n + 3] = count.name, count.w, count.kind.taken(count)
        parts[n + 4], parts[n + 5] = count.cost, count.fresh_members or false
        n = n + parts_of_charge
    end
    return cmsgpack.pack(parts)
end

local function take_back(receipt)
    for n = 3, #receipt, parts_of_charge do
        local name, w, taken, cost, fresh = unpack(receipt, n, n + parts_of_charge - 1)
        if cost > 0 then
            kind_of_stored(w).refund(name, w, taken, cost, fresh)
        end
    end
end

-- When this value began to stand, and the receipt; nil for what is none.
local function read_receipt(value)
    if string.sub(value, 1, 1) == '-' then
        return tonumber(string.sub(value, 2))
    end
    local receipt = cmsgpack.unpack(value)
    return receipt[1], receipt
end
