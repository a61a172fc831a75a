/* stub PORT: answers every request that has come whole with the 200 of a login at once: what is left of a login is Dovecot, Lua and
   HTTP. One thread, one epoll; bodies are counted, not read. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
    "{\"status\":\"success\",\"password_id\":7}";

struct client {
    size_t used;
    char buffer[16384];
};

/* Bytes of the first request in the buffer; 0 if it is not whole. */
static size_t whole(const char *buffer, size_t used) {
    const char *end = memmem(buffer, used, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - buffer) + 4, body = 0;
    for (const char *line = buffer; line < end; line++) {
        if (strncasecmp(line, "content-length:", 15) == 0) body = strtoul(line + 15, NULL, 10);
        line = memchr(line, '\n', (size_t)(end - line) + 2);
        if (!line) break;
    }
    return head + body <= used ? head + body : 0;
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(arguments[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) {
        perror("stub");
        return 1;
    }
    static struct client *clients[65536];
    int poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int socket = events[i].data.fd;
            if (socket == listener) {
                socket = accept(listener, NULL, NULL);
                if (socket < 0) continue;
                if (socket >= 65536) {
                    close(socket);
                    continue;
                }
                setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                clients[socket] = calloc(1, sizeof *clients[socket]);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = socket};
                epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
                continue;
            }
            struct client *client = clients[socket];
            ssize_t got = read(socket, client->buffer + client->used, sizeof client->buffer - client->used);
            if (got <= 0) {
                close(socket);
                free(client);
                clients[socket] = NULL;
                continue;
            }
            client->used += (size_t)got;
            for (size_t size; (size = whole(client->buffer, client->used)) > 0;) {
                if (write(socket, answer, sizeof answer - 1) < 0) break;
                client->used -= size;
                memmove(client->buffer, client->buffer + size, client->used);
            }
        }
    }
}
