-- For database.read_dsn, on the primary, in the database of app passwords: where the service beats, so that a replica shows how far
-- it is behind. Each running service has a row, which it writes four times a second while there are logins; rows of those that are gone are
-- removed after a day, which is all that DELETE is for.
CREATE TABLE IF NOT EXISTS web_auth_heartbeat (
    node varchar(32) NOT NULL COMMENT 'a running service',
    beat bigint      NOT NULL COMMENT 'counts upward',
    at   datetime(3) NOT NULL,
    PRIMARY KEY (node)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- GRANT SELECT, INSERT, UPDATE, DELETE ON mail_auth.web_auth_heartbeat TO `mailserver`@`localhost`;
