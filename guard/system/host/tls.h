/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tls - the client's side of TLS on a socket that does not block, through OpenSSL
 *
 * It shakes hands with any certificate, and tells what is wrong with it: who
 * probes a server wants to know all of that, not to be saved from it. Nothing
 * secret is ever sent. Where OpenSSL is not to be had, tls_new() says so.
 */
#ifndef GUARD_SYSTEM_HOST_TLS_H
#define GUARD_SYSTEM_HOST_TLS_H

#include <sys/types.h>

#include "guard/base/err.h"

struct tls;

enum {
	TLS_E_WANT_READ = 1,  /* go on when the socket can be read */
	TLS_E_WANT_WRITE = 2, /* go on when the socket can be written */
	TLS_E_FAILED = 3,     /* the other side does something else; the err says what */
	TLS_E_ABSENT = 4, /* built without OpenSSL, or it is not on the machine */
};

/* What is wrong with a certificate. */
enum {
	TLS_CERT_EXPIRED = 1 << 0,
	TLS_CERT_NOT_YET = 1 << 1,
	TLS_CERT_WRONG_NAME = 1 << 2,
	TLS_CERT_UNTRUSTED = 1 << 3, /* no authority that this system trusts has signed it */
};

struct tls_facts {
	char version[16];
	char subject[256]; /* its common name, or first name */
	int64_t until_us;  /* when it expires, microseconds since the epoch, UTC */
	unsigned faults;   /* TLS_CERT_* */
	char reason[128];  /* why it is not trusted; "" if it is */
};

int tls_new(struct tls **out, int fd, const char *name, struct err *err) _must_check_;
void tls_free(struct tls *tls);
DEFINE_CLEANUP(struct tls *, tls_free, tls_cleanup);

int tls_handshake(struct tls *tls, struct err *err) _must_check_;
ssize_t tls_read(struct tls *tls, void *buffer, size_t size) _must_check_;
ssize_t tls_write(struct tls *tls, const void *buffer, size_t size) _must_check_;
void tls_facts(const struct tls *tls, int64_t now_us, struct tls_facts *out);

#endif
