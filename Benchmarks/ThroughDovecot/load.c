/* load SOCKET SECONDS UNDER-WAY PASSWORD USERS [NEW]: logs users in through Dovecot's own authentication protocol, with so many
   logins under way all the time, and prints "LOGINS SECONDS FAILED P99-MS". User number n is userN from 198.18.0.N; with NEW each
   login comes from another network. One process, one connection: it costs next to nothing. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void encode(const unsigned char *bytes, size_t count, char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        unsigned value = (unsigned)bytes[i] << 16;
        if (i + 1 < count) value |= (unsigned)bytes[i + 1] << 8;
        if (i + 2 < count) value |= bytes[i + 2];
        *text++ = digits[value >> 18];
        *text++ = digits[value >> 12 & 63];
        *text++ = i + 1 < count ? digits[value >> 6 & 63] : '=';
        *text++ = i + 2 < count ? digits[value & 63] : '=';
    }
    *text = 0;
}

static int connection, users, isNew;
static const char *password;
static unsigned long sent;
static double began[1 << 20];

static void begin(void) {
    unsigned char secret[512];
    char text[1024], line[2048];
    unsigned long number = ++sent;
    int user = (int)(number % (unsigned long)users);
    int length = snprintf((char *)secret, sizeof secret, "%cuser%d%c%s", 0, user, 0, password);
    encode(secret, (size_t)length, text);
    char address[64];
    if (isNew)
        snprintf(address, sizeof address, "198.%lu.%lu.%d", 18 + number / 65536 % 2, number / 256 % 256, (int)(number % 256));
    else
        snprintf(address, sizeof address, "198.18.0.%d", user + 1);
    length = snprintf(
        line, sizeof line,
        "AUTH\t%lu\tPLAIN\tservice=imap\tsecured\tnologin\tlip=127.0.0.1\trip=%s\tsession=load%lu\tresp=%s\n", number,
        address, number, text);
    began[number % (1 << 20)] = now();
    for (int done = 0; done < length;) {
        ssize_t wrote = write(connection, line + done, (size_t)(length - done));
        if (wrote <= 0) {
            perror("load: write");
            exit(1);
        }
        done += (int)wrote;
    }
}

static int byValue(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return a < b ? -1 : a > b;
}

int main(int count, char **arguments) {
    if (count < 6) return 2;
    double seconds = atof(arguments[2]);
    int underWay = atoi(arguments[3]);
    password = arguments[4];
    users = atoi(arguments[5]);
    isNew = count > 6;
    connection = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) {
        perror("load: connect");
        return 1;
    }
    char hello[64];
    int length = snprintf(hello, sizeof hello, "VERSION\t1\t2\nCPID\t%d\n", getpid());
    if (write(connection, hello, (size_t)length) != length) return 1;
    static char buffer[1 << 16];
    static double took[1 << 20];
    size_t used = 0;
    int isReady = 0, isOver = 0, open = 0;
    unsigned long good = 0, failed = 0;
    double start = 0, end = 0;
    while (!isOver || open > 0) {
        struct pollfd wait = {.fd = connection, .events = POLLIN};
        if (poll(&wait, 1, 20000) <= 0) {
            fprintf(stderr, "load: no answer in 20 s\n");
            return 1;
        }
        ssize_t got = read(connection, buffer + used, sizeof buffer - used);
        if (got <= 0) {
            fprintf(stderr, "load: Dovecot has closed the connection\n");
            return 1;
        }
        used += (size_t)got;
        char *line = buffer, *stop;
        while ((stop = memchr(line, '\n', used - (size_t)(line - buffer)))) {
            *stop = 0;
            if (!isReady) {
                if (strcmp(line, "DONE") == 0) {
                    isReady = 1;
                    start = now();
                    for (; open < underWay; open++) begin();
                }
            } else {
                int isGood = strncmp(line, "OK\t", 3) == 0;
                if (isGood || strncmp(line, "FAIL\t", 5) == 0) {
                    unsigned long number = strtoul(strchr(line, '\t') + 1, NULL, 10);
                    double time = now();
                    if (!isOver) {
                        if (!isGood && failed == 0) fprintf(stderr, "load: %s\n", line);
                        if (isGood && good < 1 << 20) took[good] = time - began[number % (1 << 20)];
                        isGood ? good++ : failed++;
                    }
                    open--;
                    if (!isOver && time - start >= seconds) {
                        isOver = 1;
                        end = time;
                    }
                    if (!isOver) {
                        begin();
                        open++;
                    }
                }
            }
            line = stop + 1;
        }
        used -= (size_t)(line - buffer);
        memmove(buffer, line, used);
    }
    size_t kept = good < 1 << 20 ? good : 1 << 20;
    qsort(took, kept, sizeof *took, byValue);
    printf("%lu %.6f %lu %.3f\n", good, end - start, failed, kept ? took[kept * 99 / 100] * 1000 : 0);
    return 0;
}
