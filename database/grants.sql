-- The rights each side needs in the database `mail_auth`, and no more. Make the users first, each with a password of
-- its own:  CREATE USER mailserver@localhost IDENTIFIED BY '...';

-- This service: reads the passwords, writes their uses, looks for the rows of an interrupted write.
GRANT SELECT ON mail_auth.app_passwords TO `mailserver`@`localhost`;
GRANT SELECT, INSERT ON mail_auth.log TO `mailserver`@`localhost`;

-- The webmail's plugin: lists, makes, names and revokes passwords, shows their uses.
GRANT SELECT, SHOW VIEW ON mail_auth.app_passwords_with_log TO `roundcube`@`webmail.example.com`;
GRANT SELECT, INSERT (uid, password, created), UPDATE (comment, deleted) ON mail_auth.app_passwords TO `roundcube`@`webmail.example.com`;
GRANT SELECT ON mail_auth.log TO `roundcube`@`webmail.example.com`;
-- Only where the plugin's delete_mode is "hard":
GRANT DELETE ON mail_auth.app_passwords TO `roundcube`@`webmail.example.com`;

-- This service: reads what limits the passwords, fixes what one is bound to, notes which end it has announced, suspends one where
-- an alarm says so. A database of older tables gets this one by mariadb-upgrade.sql, so leave the line out before; without this
-- right there are no limits.
GRANT SELECT, INSERT (pwid, suspended), UPDATE (bound, announced, suspended) ON mail_auth.app_password_limits TO `mailserver`@`localhost`;

-- `app-password add`, `rename` and `revoke` from a shell need INSERT, UPDATE (comment, deleted) and, with --hard,
-- DELETE on mail_auth.app_passwords, limits SELECT, INSERT, UPDATE, DELETE on mail_auth.app_password_limits, besides the
-- service's own rights: a user of their own, not the service's.
