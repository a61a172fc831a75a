# Installs Debian packages that are missing; sourced by the other scripts.

build_packages="libc-ares-dev libargon2-dev libcrypt-dev libldap-dev libmariadb-dev libmaxminddb-dev libsystemd-dev libpcre2-dev libsodium-dev libsqlite3-dev libssl-dev zlib1g-dev pkg-config"
# What scripts/package needs beside these; and, in a chroot, what the toolchain itself wants to be there.
package_packages="build-essential dpkg-dev debhelper python3"
toolchain_packages="binutils gcc g++ libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libxml2 tzdata"
test_packages="$package_packages lintian mandoc apparmor systemd systemd-container debootstrap prometheus python3-prometheus-client fail2ban python3-systemd dovecot-core dovecot-imapd dovecot-pop3d dovecot-submissiond dovecot-auth-lua lua-cjson lua5.4 mariadb-server postfix slapd ldap-utils redis-server python3 openssl curl chromium fonts-dejavu-core strace dovecot-mysql"

# need PACKAGE...: installs those that are not there; says so when it cannot.
need() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "installing ${missing[*]}" >&2
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    # Services must not start by themselves: the tests start what they need in private directories.
    "${as_root[@]}" apt-get -q update >/dev/null &&
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get -q -y -o DPkg::Lock::Timeout=300 \
            install --no-install-recommends "${missing[@]}" >/dev/null && return 0
    echo "could not install: ${missing[*]}" >&2
    return 1
}
