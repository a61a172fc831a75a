-- Plays Dovecot for one call of a script, for versions that are not installed: reads what to do as JSON from standard
-- input, writes what came of it as JSON. Every request field is what the call says, and nothing else.
local json = require("cjson.safe")
local plan = json.decode(io.read("a"))
local outcome = { posts = {}, log = {} }

-- Time passes only while somebody waits for an answer.
local now = 1000000
os.time = function() return now end

local options_of_2_4 = {
    request_timeout = true, request_absolute_timeout = true, connect_timeout = true, request_max_attempts = true,
    max_idle_time = true, auto_redirect = true,
}

local function http_client(options)
    for name, value in pairs(options) do
        if plan.version == "2.4" and (not options_of_2_4[name] or type(value) ~= "string") then
            error("unknown setting " .. name)
        end
    end
    local client = {}
    function client:request(target)
        local request = { url = target.url, headers = {} }
        function request:add_header(name, value) self.headers[name] = value end
        function request:set_payload(text) self.body = text end
        function request:submit()
            local seconds = options.request_timeout_msecs and options.request_timeout_msecs / 1000
                or tonumber((options.request_timeout:gsub("s$", "")))
            outcome.posts[#outcome.posts + 1] =
                { url = self.url, headers = self.headers, body = self.body, seconds = seconds }
            local answer = plan.answers[math.min(#outcome.posts, #plan.answers)]
            if answer.status == 9008 then now = now + seconds end
            return {
                status = function() return math.tointeger(answer.status) end,
                payload = function() return answer.payload or "" end,
                reason = function() return answer.reason or "" end,
            }
        end
        return request
    end
    return client
end

dovecot = {
    auth = {},
    i_error = function(text) outcome.log[#outcome.log + 1] = text end,
    http = plan.version ~= "old" and { client = http_client } or nil,
}
local results = {
    "OK", "NEXT", "INTERNAL_FAILURE", "PASSWORD_MISMATCH", "USER_UNKNOWN", "SCHEME_NOT_AVAILABLE", "USER_DISABLED",
    "PASS_EXPIRED",
}
for number, name in ipairs(results) do dovecot.auth["PASSDB_RESULT_" .. name] = number end

local function run()
    dofile(plan.script)
    script_init(plan.version == "2.4" and plan.settings or nil)
    local request = plan.request
    -- Text that is no UTF-8 comes as a list of its bytes.
    for name, value in pairs(request) do
        if type(value) == "table" then request[name] = string.char(table.unpack(value)) end
    end
    request.log_info = function(_, text) outcome.log[#outcome.log + 1] = text end
    local code, detail
    for login = 1, plan.logins do
        if login > 1 then now = now + plan.pause end
        if plan.password ~= nil then
            code, detail = auth_password_verify(request, plan.password)
        else
            code, detail = auth_passdb_lookup(request)
        end
    end
    outcome.result = results[code]
    if type(detail) == "table" then outcome.fields = detail else outcome.text = detail end
end
local worked, trouble = pcall(run)
if not worked then outcome.trouble = tostring(trouble) end
-- An empty list would be an object.
if #outcome.posts == 0 then outcome.posts = nil end
if #outcome.log == 0 then outcome.log = nil end
print(json.encode(outcome))
