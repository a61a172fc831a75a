-- For a database made by the plugin's older DDL: fast pages, names compared byte for byte, refused logins told from
-- uses. Optional; can be repeated, also while the service runs. Needs ALTER, INDEX, CREATE VIEW and DROP, so run it as an
-- administrator; it rewrites both tables.

ALTER TABLE app_passwords
    MODIFY uid      varchar(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    MODIFY password varchar(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    MODIFY created  datetime NOT NULL DEFAULT utc_timestamp(),
    DROP INDEX IF EXISTS app_passwords_uid_index;  -- app_passwords_pk begins with uid

ALTER TABLE log
    MODIFY `timestamp` datetime(3) NOT NULL DEFAULT utc_timestamp(3),
    ADD COLUMN IF NOT EXISTS result varchar(32) NULL COMMENT 'NULL: a use; else why the login was refused',
    ADD INDEX IF NOT EXISTS log_pwid_timestamp (pwid, `timestamp`);

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
