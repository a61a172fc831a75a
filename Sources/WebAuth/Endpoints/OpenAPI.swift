/// `/openapi.json`: OpenAPI 3.1.
let openAPIDocument = #"""
    {
      "openapi": "3.1.0",
      "info": {
        "title": "dovecot-web-auth",
        "version": "1",
        "description": "Answers Dovecot whether a password is one of a user's app passwords, and whether the place a login comes from is welcome.",
        "license": { "name": "MIT", "identifier": "MIT" }
      },
      "security": [{ "token": [] }, {}],
      "paths": {
        "/auth": {
          "post": {
            "summary": "Authenticate a login with an app password",
            "operationId": "auth",
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/AuthRequest" } } } },
            "responses": {
              "200": { "description": "success", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/AuthSuccess" } } } },
              "400": { "description": "user not unique; bearer token missing or wrong", "content": { "application/json": { "schema": { "oneOf": [{ "$ref": "#/components/schemas/Status" }, { "$ref": "#/components/schemas/Problem" }] } } } },
              "401": { "$ref": "#/components/responses/Status" },
              "403": { "$ref": "#/components/responses/Status" },
              "404": { "$ref": "#/components/responses/Status" },
              "410": { "$ref": "#/components/responses/Status" },
              "413": { "$ref": "#/components/responses/Problem" },
              "422": { "$ref": "#/components/responses/Invalid" },
              "503": { "description": "temporarily unavailable", "content": { "application/json": { "schema": { "oneOf": [{ "$ref": "#/components/schemas/Status" }, { "$ref": "#/components/schemas/Problem" }] } } } }
            }
          }
        },
        "/audit": {
          "post": {
            "summary": "Judge a login that another passdb accepted",
            "operationId": "audit",
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/AuditRequest" } } } },
            "responses": {
              "200": { "$ref": "#/components/responses/Status" },
              "307": { "description": "success, and audit_result_success is \"next\"; no Location", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Status" } } } },
              "400": { "$ref": "#/components/responses/Problem" },
              "401": { "$ref": "#/components/responses/Status" },
              "403": { "$ref": "#/components/responses/Status" },
              "404": { "$ref": "#/components/responses/Status" },
              "410": { "$ref": "#/components/responses/Status" },
              "413": { "$ref": "#/components/responses/Problem" },
              "422": { "$ref": "#/components/responses/Invalid" },
              "503": { "$ref": "#/components/responses/Status" }
            }
          }
        },
        "/reload": {
          "post": {
            "summary": "Read settings and lists anew and take them into use as one",
            "operationId": "reload",
            "parameters": [{ "name": "force", "in": "query", "description": "1: even if more users are newly refused than audit.blast_radius allows", "schema": { "enum": [0, 1], "default": 0 } }],
            "responses": {
              "200": { "description": "reloaded", "content": { "application/json": { "schema": { "type": "object", "required": ["status", "lists", "restart_needed"], "properties": {
                "status": { "const": "reloaded" },
                "lists": { "type": "object", "additionalProperties": { "type": "integer" } },
                "restart_needed": { "type": "array", "items": { "type": "string" } },
                "notes": { "type": "array", "items": { "type": "string" } } } } } } },
              "401": { "$ref": "#/components/responses/Problem" },
              "409": { "description": "refused; nothing has changed", "content": { "application/json": { "schema": { "type": "object", "required": ["status", "problems"], "properties": {
                "status": { "const": "refused" },
                "problems": { "type": "array", "items": { "type": "string" } },
                "newly_refused": { "type": "object", "description": "why, if audit.blast_radius refused it: the ten worst lines", "required": ["users", "known_users", "lines"], "properties": {
                  "users": { "type": "integer" },
                  "known_users": { "type": "integer" },
                  "lines": { "type": "array", "items": { "type": "object", "required": ["rule", "users"], "properties": { "rule": { "type": "string" }, "list": { "type": "string" }, "users": { "type": "integer" } } } } } } } } } } },
              "422": { "$ref": "#/components/responses/Problem" }
            }
          }
        },
        "/livez": { "get": { "summary": "Whether the process answers", "operationId": "livez", "security": [], "responses": { "200": { "description": "ok", "content": { "text/plain": {} } } } } },
        "/readyz": { "get": { "summary": "Whether every back end can be asked, a line for each", "operationId": "readyz", "security": [], "responses": {
          "200": { "description": "ready", "content": { "text/plain": {} } },
          "503": { "description": "a back end cannot be asked", "content": { "text/plain": {} } } } } },
        "/metrics": { "get": { "summary": "Metrics in the text format of Prometheus, version 0.0.4", "operationId": "metrics", "responses": {
          "200": { "description": "metrics", "content": { "text/plain": {} } },
          "401": { "$ref": "#/components/responses/Problem" } } } },
        "/openapi.json": { "get": { "summary": "This document", "operationId": "openapi", "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": {} } } } } }
      },
      "components": {
        "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        "responses": {
          "Status": { "description": "What Dovecot is told, and why", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Status" } } } },
          "Problem": { "description": "The request was refused", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } } },
          "Invalid": { "description": "Members of the body that are missing or wrong", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Invalid" } } } }
        },
        "schemas": {
          "AuthRequest": {
            "type": "object",
            "required": ["username", "password", "service"],
            "properties": {
              "username": { "type": "string" },
              "password": { "type": "string", "contentEncoding": "base64", "description": "the password's bytes in standard base64 with padding" },
              "service": { "type": "string", "examples": ["imap", "pop3", "smtp"] },
              "remote_ip": { "type": ["string", "null"], "description": "IPv4 or IPv6 address; missing or null for a local login" },
              "session": { "type": ["string", "null"] },
              "local_ip": { "type": ["string", "null"] },
              "protocol": { "type": ["string", "null"] },
              "client_id": { "type": ["string", "null"] },
              "mech": { "type": ["string", "null"], "description": "SASL mechanism", "examples": ["PLAIN", "XOAUTH2"] },
              "secured": { "type": ["string", "boolean", "null"], "description": "how the connection is protected, as Dovecot says it", "examples": ["TLS", "secured"] },
              "master_user": { "type": ["string", "null"], "description": "whose password it was, where one user logs in as another" },
              "real_remote_ip": { "type": ["string", "null"], "description": "the other end of the connection, such as a proxy" }
            }
          },
          "AuditRequest": {
            "type": "object",
            "required": ["username", "service"],
            "properties": {
              "username": { "type": "string" },
              "service": { "type": "string" },
              "remote_ip": { "type": ["string", "null"] },
              "skip_password_check": { "type": ["boolean", "integer", "string"], "default": false },
              "passdbs_seen_user_unknown": { "type": ["boolean", "integer", "string"], "default": false },
              "credentials_lookup": { "type": ["boolean", "integer", "string"], "default": false, "description": "the client has proved nothing yet: judge, but record no login" },
              "session": { "type": ["string", "null"] },
              "local_ip": { "type": ["string", "null"] },
              "protocol": { "type": ["string", "null"] },
              "client_id": { "type": ["string", "null"] },
              "mech": { "type": ["string", "null"], "description": "SASL mechanism", "examples": ["PLAIN", "XOAUTH2"] },
              "secured": { "type": ["string", "boolean", "null"], "description": "how the connection is protected, as Dovecot says it", "examples": ["TLS", "secured"] },
              "master_user": { "type": ["string", "null"], "description": "whose password it was, where one user logs in as another" },
              "real_remote_ip": { "type": ["string", "null"], "description": "the other end of the connection, such as a proxy" }
            }
          },
          "AuthSuccess": { "type": "object", "required": ["status", "password_id"], "properties": { "status": { "const": "success" }, "password_id": { "type": "integer" } } },
          "Status": { "type": "object", "required": ["status"], "properties": { "status": { "type": "string" } } },
          "Problem": { "type": "object", "required": ["detail"], "properties": { "detail": { "type": "string" } } },
          "Invalid": {
            "type": "object",
            "required": ["detail"],
            "properties": { "detail": { "type": "array", "items": { "type": "object", "required": ["loc", "msg", "type"], "properties": {
              "loc": { "type": "array", "items": { "type": "string" } },
              "msg": { "type": "string" },
              "type": { "type": "string" } } } } }
          }
        }
      }
    }
    """#
