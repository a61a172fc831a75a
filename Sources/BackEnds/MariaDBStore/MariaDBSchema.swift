/// The tables in MariaDB.
package enum MariaDBSchema {
    /// The text of `database/mariadb.sql`, and what `database-schema mariadb` prints. The service itself makes and changes
    /// nothing in MariaDB.
    package static let ddl = """
        -- Tables of Roundcube's plugin imap_apppasswd and of this service, for MariaDB 10.11 and later.
        -- Load them into an empty database:  mariadb mail_auth < mariadb.sql
        -- A database made by the plugin's older DDL goes on working; mariadb-upgrade.sql brings it the indexes and the view.

        -- Names and hashes are compared byte for byte: `muller` is not `müller`, `alice` not `Alice` nor `alice `.
        CREATE TABLE app_passwords (
            id       bigint       NOT NULL AUTO_INCREMENT,
            uid      varchar(256) NOT NULL,
            password varchar(256) NOT NULL COMMENT 'hash with its scheme',
            created  datetime     NOT NULL DEFAULT utc_timestamp(),
            comment  text         NULL,
            deleted  datetime     NULL COMMENT 'set: revoked and kept',
            PRIMARY KEY (id),
            KEY app_passwords_deleted (deleted),
            CONSTRAINT app_passwords_pk UNIQUE (uid, password)
        ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

        -- One row for each login with a password, coalesced by the service. Times are UTC.
        CREATE TABLE log (
            id          bigint       NOT NULL AUTO_INCREMENT,
            pwid        bigint       NOT NULL,
            service     varchar(255) NULL,
            src_ip      text         NULL,
            src_rdns    text         NULL,
            src_loc     text         NULL,
            src_isp     text         NULL,
            `timestamp` datetime(3)  NOT NULL DEFAULT utc_timestamp(3),
            result      varchar(32)  NULL COMMENT 'NULL: a use; else why the login was refused',
            PRIMARY KEY (id),
            KEY log_pwid_timestamp (pwid, `timestamp`),
            KEY log_pwid_result_timestamp (pwid, result, `timestamp`),
            CONSTRAINT log_app_passwords_id_fk FOREIGN KEY (pwid) REFERENCES app_passwords (id) ON DELETE CASCADE
        ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

        -- What limits an app password; no row: nothing does. NULL: no such limit. Lists are separated by commas, times are UTC by the
        -- database's clock. What cannot be read is no open door: logins with that password are answered 503.
        CREATE TABLE app_password_limits (
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
            KEY app_password_limits_expires (expires),
            KEY app_password_limits_suspended (suspended),
            CONSTRAINT app_password_limits_fk FOREIGN KEY (pwid) REFERENCES app_passwords (id) ON DELETE CASCADE
        ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

        -- Each password with its last use, which no refused login is, found by one look into the index for each password that
        -- is asked for. With the reader's own rights.
        CREATE SQL SECURITY INVOKER VIEW app_passwords_with_log AS
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

        """
}
