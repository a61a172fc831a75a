-- As the older DDL leaves an existing database, in whatever collation the database has.
CREATE TABLE app_passwords (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    uid varchar(256) NOT NULL,
    password varchar(256) NOT NULL,
    created datetime DEFAULT current_timestamp() NOT NULL,
    comment text NULL,
    deleted datetime NULL,
    CONSTRAINT app_passwords_pk UNIQUE (uid, password)
);
CREATE INDEX app_passwords_uid_index ON app_passwords (uid);
CREATE TABLE log (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    pwid bigint NOT NULL,
    service varchar(255) NULL,
    src_ip text NULL,
    src_rdns text NULL,
    src_loc text NULL,
    src_isp text NULL,
    timestamp datetime(3) DEFAULT current_timestamp(3) NOT NULL ON UPDATE current_timestamp(3),
    CONSTRAINT log_app_passwords_id_fk FOREIGN KEY (pwid) REFERENCES app_passwords (id) ON DELETE CASCADE
);
CREATE VIEW app_passwords_with_log AS
SELECT DISTINCT p.id, p.uid, p.password, p.created, p.comment, l.timestamp AS last_used_timestamp,
    l.src_ip AS last_used_src_ip, l.src_rdns AS last_used_src_rdns, l.src_loc AS last_used_src_loc,
    l.src_isp AS last_used_src_isp, p.deleted
FROM app_passwords p
LEFT JOIN (
    SELECT * FROM (
        SELECT log.*, rank() OVER (PARTITION BY pwid ORDER BY timestamp DESC) AS place FROM log
    ) ranked WHERE place = 1
) l ON l.pwid = p.id
ORDER BY p.created;
