-- auth.lua: a passdb of Dovecot (2.3.19 or newer, 2.4) that asks dovecot-web-auth whether a password is one of a user's
-- app passwords.
--
-- Set by lua_settings { url token token_file timeout url_timeout } on 2.4, else by the environment: WEB_AUTH_URL,
-- WEB_AUTH_TOKEN, WEB_AUTH_TOKEN_FILE, WEB_AUTH_TIMEOUT, WEB_AUTH_URL_TIMEOUT (import_environment lets them through).
-- docs/dovecot.md has the whole set-up.

-- >>> This part is the same in auth.lua and audit.lua.

-- A fault of the installation, as one line of Dovecot's log: no place in this file, no trace.
local function give_up(what)
    error("web-auth: " .. what, 0)
end

local has_json, json = pcall(require, "cjson.safe")
if not has_json then
    give_up("needs the package lua-cjson")
end
local result = dovecot.auth

-- What Dovecot makes of an HTTP status; any other status, and every transport error (90xx), is an internal failure.
local results = {
    [200] = result.PASSDB_RESULT_OK,
    [307] = result.PASSDB_RESULT_NEXT,
    [401] = result.PASSDB_RESULT_PASSWORD_MISMATCH,
    [403] = result.PASSDB_RESULT_USER_DISABLED,
    [404] = result.PASSDB_RESULT_USER_UNKNOWN,
    [406] = result.PASSDB_RESULT_SCHEME_NOT_AVAILABLE,
    [410] = result.PASSDB_RESULT_PASS_EXPIRED,
}

-- Transport errors after which nothing has been answered: no such host, refused, lost, no answer in time.
local unanswered = { [9002] = true, [9003] = true, [9005] = true, [9008] = true }

-- How long a server that has not answered is passed over, in seconds, as long as another one is left.
local pause = 10

-- Each server has its number, its url, and the time until which it is passed over.
local servers, token, token_file, timeout, url_timeout
-- The server that answered last: asked first.
local current = 1
-- Clients by the seconds that they wait for an answer; each keeps connections of its own.
local clients

-- One attempt a request: what timed out is not sent to the same server again, for the first answer may only be late.
-- 2.3 ignores options that it does not know; 2.4 refuses them, and has names of its own.
local function new_client(seconds)
    if dovecot.http == nil or dovecot.http.client == nil then
        give_up("needs Dovecot 2.3.19 or newer: this one has no HTTP client for Lua (dovecot.http)")
    end
    local made, client_of_2_3 = pcall(dovecot.http.client, {
        request_timeout_msecs = seconds * 1000,
        request_absolute_timeout_msecs = seconds * 1000,
        connect_timeout_msecs = 2000,
        max_attempts = 1,
        max_idle_time_msecs = 30000,
        no_auto_redirect = true,
    })
    if made then
        return client_of_2_3
    end
    return dovecot.http.client({
        request_timeout = seconds .. "s",
        request_absolute_timeout = seconds .. "s",
        connect_timeout = "2s",
        request_max_attempts = "1",
        max_idle_time = "30s",
        auto_redirect = "no",
    })
end

local function client_waiting(seconds)
    clients[seconds] = clients[seconds] or new_client(seconds)
    return clients[seconds]
end

-- lua_settings holds the block of that name on 2.4; 2.3 passes nothing.
function script_init(lua_settings)
    local function setting(name, default)
        local value = type(lua_settings) == "table" and lua_settings[name] or nil
        if value == nil or value == "" then
            value = os.getenv("WEB_AUTH_" .. name:upper())
        end
        if value == nil or value == "" then
            return default
        end
        return tostring(value)
    end
    -- Whole seconds, at least one.
    local function seconds(name, default)
        local text = setting(name, tostring(default))
        local value = tonumber((text:gsub("%s*s[ecs]*$", "")))
        if value == nil or value < 1 or value > 120 then
            dovecot.i_error("web-auth: " .. name .. " is not a number of seconds from 1 to 120: taking " .. default)
            value = default
        end
        return math.floor(value)
    end
    servers, current = {}, 1
    for url in setting("url", "http://127.0.0.1:8000"):gmatch("%S+") do
        servers[#servers + 1] = { number = #servers + 1, url = (url:gsub("/+$", "")), passed_until = 0 }
    end
    if #servers == 0 then
        give_up("url names no server")
    end
    token = setting("token")
    token_file = setting("token_file")
    timeout = seconds("timeout", 10)
    url_timeout = math.min(seconds("url_timeout", 2), timeout)
    clients = {}
    client_waiting(timeout)
    return 0
end

-- Sees to it that the token is there; a file is read at the first login, in the process that needs it, and again after
-- its token was refused. Gives what is wrong, or nothing.
local function read_token()
    if token ~= nil or token_file == nil then
        return nil
    end
    local file, problem = io.open(token_file, "r")
    if file == nil then
        return "the token file: " .. problem
    end
    local text = (file:read(4096) or ""):gsub("%s+$", "")
    file:close()
    if text == "" then
        return "the token file is empty"
    end
    token = text
end

-- Text without control characters, of a bounded length: a forged line in the log would otherwise be easy.
local function printable(text)
    return (tostring(text):sub(1, 200):gsub("%c", "?"))
end

-- The characters beyond ASCII that UTF-8 has (RFC 3629), by their bytes.
local characters = {
    "^[\194-\223][\128-\191]", "^\224[\160-\191][\128-\191]", "^[\225-\236\238\239][\128-\191][\128-\191]",
    "^\237[\128-\159][\128-\191]", "^\240[\144-\191][\128-\191][\128-\191]",
    "^[\241-\243][\128-\191][\128-\191][\128-\191]", "^\244[\128-\143][\128-\191][\128-\191]",
}

-- Bytes beyond ASCII, with a ? in the place of each that belongs to no character.
local function characters_of(bytes)
    local shown, at = {}, 1
    while at <= #bytes do
        local last
        for _, character in ipairs(characters) do
            last = last or select(2, bytes:find(character, at))
        end
        shown[#shown + 1] = last and bytes:sub(at, last) or "?"
        at = (last or at) + 1
    end
    return table.concat(shown)
end

-- Text for JSON, which must be UTF-8: a client's odd ID must not keep it out.
local function text_or_nil(value)
    if value == nil or value == "" then
        return nil
    end
    return (tostring(value):sub(1, 1024):gsub("[\128-\255]+", characters_of))
end

-- What Dovecot has set: a boolean, or its name.
local function is_set(value)
    return value == true or value == "yes" or value == "true" or value == "1" or value == 1
end

-- The SASL mechanism; "" where nobody logs in (doveadm auth lookup, a proxy that wants to know where to connect to);
-- nil if Dovecot does not say. 2.4 has no text for "nobody", but a client_pid whatever it asks for.
local function mechanism_of(request)
    local mechanism = request.mech or request.mechanism
    if mechanism == nil and request.client_pid ~= nil then
        return ""
    end
    return mechanism ~= nil and tostring(mechanism):upper() or nil
end

-- The members that both requests have; those that Dovecot does not know are left out. What 2.3 calls the service is the
-- protocol on 2.4.
local function login_of(request)
    return {
        username = request.user,
        service = request.service or request.protocol or "",
        protocol = text_or_nil(request.protocol),
        remote_ip = text_or_nil(request.remote_ip),
        real_remote_ip = text_or_nil(request.real_remote_ip),
        local_ip = text_or_nil(request.local_ip),
        session = text_or_nil(request.session),
        client_id = text_or_nil(request.client_id),
        mech = text_or_nil(mechanism_of(request)),
        secured = text_or_nil(request.secured),
        master_user = text_or_nil(request.master_user),
    }
end

local function post(url, body, seconds)
    local http_request = client_waiting(seconds):request({ url = url, method = "POST" })
    http_request:add_header("Content-Type", "application/json")
    if token ~= nil then
        http_request:add_header("Authorization", "Bearer " .. token)
    end
    http_request:set_payload(body)
    return http_request:submit()
end

-- The servers in the order in which to ask them: the one that answered last and those behind it; then those that are
-- passed over, the one that has been for longest first, for all others may be gone.
local function in_order(now)
    local ready, passed = {}, {}
    for step = 0, #servers - 1 do
        local server = servers[(current - 1 + step) % #servers + 1]
        local list = server.passed_until > now and passed or ready
        list[#list + 1] = server
    end
    table.sort(passed, function(one, other) return one.passed_until < other.passed_until end)
    for _, server in ipairs(passed) do
        ready[#ready + 1] = server
    end
    return ready
end

-- Asks one server, and remembers whether it has answered.
local function submit_to(server, path, body, seconds)
    local asked = os.time()
    local response = post(server.url .. path, body, seconds)
    -- Lost at once: most likely the service had just closed the idle connection. This is safe to ask again.
    if response:status() == 9005 and os.time() - asked <= 1 then
        response = post(server.url .. path, body, seconds)
    end
    if unanswered[response:status()] then
        server.passed_until = os.time() + pause
        return response, false
    end
    server.passed_until = 0
    current = server.number
    return response, true
end

-- Asks one server after the other until one answers, or the time is over. Of several each has url_timeout: an answer
-- that comes later is no harm: at worst each of two servers has written down the one use.
local function submit(path, body)
    local started = os.time()
    local function time_left()
        return timeout - (os.time() - started)
    end
    local patience = #servers == 1 and timeout or url_timeout
    local response, has_answered, late
    for _, server in ipairs(in_order(started)) do
        if response ~= nil and time_left() < 1 then
            return response
        end
        response, has_answered = submit_to(server, path, body, math.min(patience, time_left()))
        if has_answered then
            return response
        end
        if late == nil and response:status() == 9008 then
            late = server
        end
    end
    -- None has answered; the first that kept us waiting may only be slow, and knows by now what it was asked.
    if #servers > 1 and late ~= nil and time_left() >= 1 then
        response = submit_to(late, path, body, time_left())
    end
    return response
end

-- What the service says in words: its status text, or the detail of a refusal.
local function words_of(answer)
    if type(answer) ~= "table" then
        return nil
    end
    if type(answer.status) == "string" then
        return answer.status
    end
    if type(answer.detail) == "string" then
        return answer.detail
    end
    if type(answer.detail) ~= "table" then
        return nil
    end
    local problems = {}
    for _, problem in ipairs(answer.detail) do
        if type(problem) == "table" then
            local member = type(problem.loc) == "table" and problem.loc[#problem.loc] or nil
            problems[#problems + 1] = tostring(member) .. ": " .. tostring(problem.msg)
        end
    end
    return #problems > 0 and table.concat(problems, "; ") or nil
end

-- What goes on with a login that was accepted: the app password's number, and nothing else of the answer. By user_apppw
-- a session can be found and ended: on 2.4 a mail session takes its alias from the userdb field, a proxy from the other.
local function fields_of(answer)
    local id = answer.password_id
    if type(id) ~= "number" or id ~= math.floor(id) or math.abs(id) >= 2 ^ 53 then
        return {}
    end
    local text = string.format("%.0f", id)
    return { password_id = text, user_apppw = text, userdb_user_apppw = text }
end

-- Asks the service; gives the two values that Dovecot wants: fields with OK, a text with anything else.
local function ask(request, path, members)
    local problem = read_token()
    if problem ~= nil then
        return result.PASSDB_RESULT_INTERNAL_FAILURE, "web-auth: " .. printable(problem)
    end
    local response = submit(path, json.encode(members))
    local status = response:status()
    if status == 400 and token_file ~= nil then
        token = nil
    end
    -- Only an answer with a status text is one of the service; a 401 or 404 of a proxy, or of a wrong URL, must not
    -- look like a wrong password or an unknown user, for clients drop their accounts then.
    local answer = json.decode(response:payload() or "")
    local reason = type(answer) == "table" and type(answer.status) == "string" and answer.status or nil
    local code = results[status]
    if code == nil or reason == nil or (status == 200 and reason ~= "success") then
        local shown = words_of(answer) or (code ~= nil and "no answer of the service" or response:reason())
        return result.PASSDB_RESULT_INTERNAL_FAILURE, "web-auth: " .. status .. " " .. printable(shown)
    end
    if code == result.PASSDB_RESULT_OK then
        -- A text here would be read as extra fields: user=mallory would log in as mallory.
        return code, fields_of(answer)
    end
    -- An audit that found nothing is not worth a line: there is one for each login.
    if reason ~= "success" then
        request:log_info("web-auth: " .. status .. " " .. printable(reason))
    end
    if code == result.PASSDB_RESULT_NEXT then
        -- A text would be read as extra fields here, too.
        return code, ""
    end
    return code, printable(reason)
end

-- <<< This part is the same in auth.lua and audit.lua.

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- Standard base64 with padding (RFC 4648 section 4) of any bytes; passwords are not always text.
local function base64(bytes)
    local groups = {}
    for index = 1, #bytes, 3 do
        local first, second, third = bytes:byte(index, index + 2)
        local number = first * 65536 + (second or 0) * 256 + (third or 0)
        local group = ""
        for shift = 18, 0, -6 do
            local digit = math.floor(number / 2 ^ shift) % 64 + 1
            group = group .. digits:sub(digit, digit)
        end
        if third == nil then
            group = group:sub(1, second == nil and 2 or 3) .. (second == nil and "==" or "=")
        end
        groups[#groups + 1] = group
    end
    return table.concat(groups)
end

-- Mechanisms with which a client sends a password. Others come here with what is none: an OAuth token (2.3), or the
-- empty password of a client certificate.
local has_password = { PLAIN = true, LOGIN = true }

function auth_password_verify(request, password)
    local mechanism = mechanism_of(request)
    if mechanism ~= nil and mechanism ~= "" and not has_password[mechanism] then
        return result.PASSDB_RESULT_USER_UNKNOWN, "no password to check"
    end
    local members = login_of(request)
    members.password = base64(password)
    return ask(request, "/auth", members)
end

-- What other than a password asks, such as doveadm auth lookup or CRAM-MD5, goes on with the next passdb.
function auth_passdb_lookup()
    return result.PASSDB_RESULT_SCHEME_NOT_AVAILABLE, "app passwords are checked, not looked up"
end
