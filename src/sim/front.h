/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A place where a client can reach the module: pty, unix socket or TCP on the loopback. One client
 * at a time, one after another for ever. */
#ifndef SIM_FRONT_H
#define SIM_FRONT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum sim_port_kind { SIM_PORT_NONE, SIM_PORT_PTY, SIM_PORT_UNIX, SIM_PORT_TCP };

struct sim_port {
    enum sim_port_kind kind;
    char path[256];    /* pty, unix */
    uint16_t tcp_port; /* 0 until the first open when any will do */
    int listen_fd;     /* sockets */
    int fd;            /* pty master, or the client; -1 = none */
    int up;            /* a client can come */
    /* pty only */
    int slave_fd; /* kept open, so that a client that leaves does not hang the master up */
    int watch_fd; /* opens and closes of the slave; -1 = not known here */
    char slave[64];
    unsigned openers;
};

/* "pty:PATH", "unix:PATH", "tcp:PORT". 0, or -1 with a sentence in err. */
int sim_port_parse(struct sim_port *p, const char *text, char *err, size_t cap);

/* Makes it reachable (again, after sim_port_drop). 0, or -1 with a sentence in err. */
int sim_port_open(struct sim_port *p, char *err, size_t cap);

/* Throws the client out and takes the place away: hang-up, link or socket file removed. */
void sim_port_drop(struct sim_port *p);

/* Takes a waiting client of a socket. 1 when there is one now. */
int sim_port_accept(struct sim_port *p);

/* Throws the client of a socket out and waits for the next. Nothing happens on a pty. */
void sim_port_hangup(struct sim_port *p);

#define SIM_PORT_AGAIN (-1)
#define SIM_PORT_GONE  (-2)
/* Bytes moved, SIM_PORT_AGAIN, or SIM_PORT_GONE: the client has left (sockets only). */
ssize_t sim_port_read(struct sim_port *p, uint8_t *buf, size_t cap);
ssize_t sim_port_write(struct sim_port *p, const uint8_t *buf, size_t n);

/* Opens (bit 0) and closes (bit 1) of a pty's slave since the last call. */
#define SIM_PTY_OPENED 1
#define SIM_PTY_CLOSED 2
int sim_port_watch(struct sim_port *p);

/* Puts a pty's speed back: glibc fails the second of two equal tcsetattr calls of a client whose
 * termios was zeroed (no CREAD), unless something else changes too. */
void sim_port_rest(struct sim_port *p);

/* "pty:/path", "tcp:127.0.0.1:PORT", for people. */
void sim_port_text(const struct sim_port *p, char *out, size_t cap);

/* front_pty.c */
int sim_pty_open(struct sim_port *p, char *err, size_t cap);
void sim_pty_drop(struct sim_port *p);

#endif
