/// The shape of the embedded database.
package enum SQLiteSchema {
    /// The number in `PRAGMA user_version` that this text sets.
    package static let version = 4

    /// What makes an empty database ours; the text of `database/sqlite.sql`, and what `database-schema sqlite` prints.
    package static let ddl = """
        -- The embedded database of dovecot-web-auth: the tables and the view of the webmail's plugin, in SQLite.
        -- The service makes them itself; this text is for reading, and for those who make the file beforehand.
        -- Times are UTC text with milliseconds. Text is compared byte for byte.

        CREATE TABLE app_passwords (
            id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: rows of the log may still be on their way
            uid      TEXT NOT NULL,
            password TEXT NOT NULL,
            created  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
            comment  TEXT,
            deleted  TEXT,
            UNIQUE (uid, password)
        );

        CREATE TABLE log (
            id        INTEGER PRIMARY KEY AUTOINCREMENT,
            pwid      INTEGER NOT NULL REFERENCES app_passwords (id) ON DELETE CASCADE,
            service   TEXT,
            src_ip    TEXT,
            src_rdns  TEXT,
            src_loc   TEXT,
            src_isp   TEXT,
            timestamp TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
            result    TEXT -- NULL: a use; else why the login was refused
        );

        CREATE INDEX log_pwid_timestamp ON log (pwid, timestamp);

        \(limits)

        \(indexes)

        \(view)

        PRAGMA user_version = 4;

        """

    /// What limits app passwords.
    static let limits = """
        -- What limits an app password; no row: nothing does. NULL: no such limit. Lists are separated by commas. What cannot be
        -- read is no open door: logins with that password are answered 503.
        CREATE TABLE app_password_limits (
            pwid        INTEGER PRIMARY KEY REFERENCES app_passwords (id) ON DELETE CASCADE,
            services    TEXT, -- imap,smtp
            networks    TEXT, -- 192.0.2.0/24,2001:db8::/32
            countries   TEXT, -- DE,AT
            as_numbers  TEXT, -- AS3320,AS3209
            not_before  TEXT,
            expires     TEXT,
            unused_days INTEGER, -- days without a use after which it ends
            bind        TEXT, -- country, asn or network: fixed by the first use
            bound       TEXT, -- what that was
            note        TEXT,
            set_by      TEXT,
            set_at      TEXT,
            announced   TEXT, -- the end that was announced last
            suspended   TEXT -- since when it is not taken until it is released
        );
        """

    /// What looks for last uses, and for passwords that have ended just now, goes by these.
    static let indexes = """
        CREATE INDEX IF NOT EXISTS log_pwid_result_timestamp ON log (pwid, result, timestamp);
        CREATE INDEX IF NOT EXISTS app_passwords_deleted ON app_passwords (deleted);
        CREATE INDEX IF NOT EXISTS app_password_limits_expires ON app_password_limits (expires);
        CREATE INDEX IF NOT EXISTS app_password_limits_suspended ON app_password_limits (suspended);
        """

    /// Each password with its last use.
    static let view = """
        CREATE VIEW app_passwords_with_log AS
        SELECT p.id, p.uid, p.password, p.created, p.comment,
               l.timestamp AS last_used_timestamp,
               l.src_ip    AS last_used_src_ip,
               l.src_rdns  AS last_used_src_rdns,
               l.src_loc   AS last_used_src_loc,
               l.src_isp   AS last_used_src_isp,
               p.deleted
        FROM app_passwords AS p
        LEFT JOIN log AS l
            ON l.id = (
                SELECT id FROM log WHERE pwid = p.id AND result IS NULL ORDER BY timestamp DESC, id DESC LIMIT 1);
        """
}
