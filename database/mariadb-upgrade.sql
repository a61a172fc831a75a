-- For a database made by the plugin's older DDL: fast pages, names compared byte for byte, refused logins told from
-- uses, a table for limits of app passwords. Optional; can be repeated, also while the service runs. Needs ALTER, INDEX, CREATE,
-- CREATE VIEW, REFERENCES and DROP, so run it as an administrator; it rewrites both tables. Then give the rights of grants.sql.

ALTER TABLE app_passwords
    MODIFY uid      varchar(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    MODIFY password varchar(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    MODIFY created  datetime NOT NULL DEFAULT utc_timestamp(),
    ADD INDEX IF NOT EXISTS app_passwords_deleted (deleted),
    DROP INDEX IF EXISTS app_passwords_uid_index;  -- app_passwords_pk begins with uid

ALTER TABLE log
    MODIFY `timestamp` datetime(3) NOT NULL DEFAULT utc_timestamp(3),
    ADD COLUMN IF NOT EXISTS result varchar(32) NULL COMMENT 'NULL: a use; else why the login was refused',
    ADD INDEX IF NOT EXISTS log_pwid_timestamp (pwid, `timestamp`),
    ADD INDEX IF NOT EXISTS log_pwid_result_timestamp (pwid, result, `timestamp`);

-- What limits an app password; no row: nothing does. NULL: no such limit. Lists are separated by commas, times are UTC by the
-- database's clock. What cannot be read is no open door: logins with that password are answered 503.
CREATE TABLE IF NOT EXISTS app_password_limits (
    pwid        bigint       NOT NULL,
    services    text         NULL COMMENT 'imap,smtp',
    networks    text         NULL COMMENT '192.0.2.0/24,2001:db8::/32',
    countries   text         NULL COMMENT 'DE,AT',
    as_numbers  text         NULL COMMENT 'AS3320,AS3209',
    not_before  datetime(3)  NULL,
    expires     datetime(3)  NULL,
    unused_days int          NULL COMMENT 'days without a use after which it ends',
    bind        varchar(16)  NULL COMMENT 'country, asn or network: fixed by the first use',
    bound       varchar(64)  NULL COMMENT 'what that was',
    note        text         NULL,
    set_by      varchar(255) NULL,
    set_at      datetime(3)  NULL,
    announced   varchar(64)  NULL COMMENT 'the end that was announced last',
    suspended   datetime(3)  NULL COMMENT 'since when it is not taken until it is released',
    PRIMARY KEY (pwid),
    CONSTRAINT app_password_limits_fk FOREIGN KEY (pwid) REFERENCES app_passwords (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

ALTER TABLE app_password_limits
    ADD COLUMN IF NOT EXISTS suspended datetime(3) NULL COMMENT 'since when it is not taken until it is released',
    ADD INDEX IF NOT EXISTS app_password_limits_expires (expires),
    ADD INDEX IF NOT EXISTS app_password_limits_suspended (suspended);

CREATE OR REPLACE SQL SECURITY INVOKER VIEW app_passwords_with_log AS
SELECT p.id, p.uid, p.password, p.created, p.comment,
       l.`timestamp` AS last_used_timestamp,
       l.src_ip      AS last_used_src_ip,
       l.src_rdns    AS last_used_src_rdns,
       l.src_loc     AS last_used_src_loc,
       l.src_isp     AS last_used_src_isp,
       p.deleted
FROM app_passwords p
LEFT JOIN log l ON l.id = (
    SELECT n.id FROM log n WHERE n.pwid = p.id AND n.result IS NULL ORDER BY n.`timestamp` DESC, n.id DESC LIMIT 1
)
ORDER BY p.created;
