// SPDX-License-Identifier: GPL-2.0-or-later
/* of configure; with quotes it would be the one beside this file */
#include "build-config.h"

#include "guard/system/host/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_OPENSSL

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "guard/base/cidr.h"

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#define LIBSSL    "libssl.so.1.1"
#define LIBCRYPTO "libcrypto.so.1.1"
/* its name before version 3 */
#define SSL_get1_peer_certificate SSL_get_peer_certificate
#else
#define LIBSSL    "libssl.so.3"
#define LIBCRYPTO "libcrypto.so.3"
#endif

/*
 * Loaded when a probe wants TLS. Linked to, it would be a fifth of the memory of the watcher, which
 * never does.
 */
#define OF_LIBSSL(X)                                                                               \
	X(SSL_CTX_free)                                                                            \
	X(SSL_CTX_new)                                                                             \
	X(SSL_CTX_set_default_verify_paths)                                                        \
	X(SSL_CTX_set_verify)                                                                      \
	X(SSL_ctrl)                                                                                \
	X(SSL_do_handshake)                                                                        \
	X(SSL_free)                                                                                \
	X(SSL_get1_peer_certificate)                                                               \
	X(SSL_get_error)                                                                           \
	X(SSL_get_verify_result)                                                                   \
	X(SSL_get_version)                                                                         \
	X(SSL_new)                                                                                 \
	X(SSL_read)                                                                                \
	X(SSL_set_connect_state)                                                                   \
	X(SSL_set_fd)                                                                              \
	X(SSL_write)                                                                               \
	X(TLS_client_method)
#define OF_LIBCRYPTO(X)                                                                            \
	X(ASN1_STRING_get0_data)                                                                   \
	X(ASN1_STRING_length)                                                                      \
	X(ASN1_TIME_to_tm)                                                                         \
	X(ERR_clear_error)                                                                         \
	X(ERR_peek_last_error)                                                                     \
	X(ERR_reason_error_string)                                                                 \
	X(GENERAL_NAMES_free)                                                                      \
	X(OPENSSL_sk_num)                                                                          \
	X(OPENSSL_sk_value)                                                                        \
	X(X509_NAME_get_text_by_NID)                                                               \
	X(X509_check_host)                                                                         \
	X(X509_check_ip_asc)                                                                       \
	X(X509_free)                                                                               \
	X(X509_get0_notAfter)                                                                      \
	X(X509_get0_notBefore)                                                                     \
	X(X509_get_ext_d2i)                                                                        \
	X(X509_get_subject_name)                                                                   \
	X(X509_verify_cert_error_string)

#define MEMBER(name) __typeof__(name) *name;
static struct {
	OF_LIBSSL(MEMBER)
	OF_LIBCRYPTO(MEMBER)
} openssl;

struct tls {
	SSL_CTX *context;
	SSL *ssl;
	char *name; /* owned; that the certificate must be for */
	bool name_is_address;
};

/* Return: whether all of it is there; it stays loaded. */
static bool load(struct err *err)
{
	void *ssl = dlopen(LIBSSL, RTLD_NOW | RTLD_LOCAL),
	     *crypto = ssl ? dlopen(LIBCRYPTO, RTLD_NOW | RTLD_LOCAL) : NULL;
	bool there = crypto != NULL;

#define FROM(library, name)                                                                        \
	there = there && (openssl.name = (__typeof__(name) *)dlsym(library, #name));
#define FROM_LIBSSL(name)    FROM(ssl, name)
#define FROM_LIBCRYPTO(name) FROM(crypto, name)
	OF_LIBSSL(FROM_LIBSSL)
	OF_LIBCRYPTO(FROM_LIBCRYPTO)
	if (!there)
		(void)err_set(err, TLS_E_ABSENT, "%s", dlerror());
	return there;
}

/* What OpenSSL has to say, without its file names and numbers. */
static int failed(struct err *err, const char *what)
{
	unsigned long code = openssl.ERR_peek_last_error();
	const char *reason = code ? openssl.ERR_reason_error_string(code) : NULL;

	openssl.ERR_clear_error();
	return err_set(err, TLS_E_FAILED, "%s: %s", what,
	               reason ? reason : "the other side ended the connection");
}

/* Any certificate will do: what is wrong with it is asked afterwards. */
static int take_any(int verified, X509_STORE_CTX *context)
{
	(void)verified;
	(void)context;
	return 1;
}

static int set_up(struct tls *tls, int fd)
{
	tls->context = openssl.SSL_CTX_new(openssl.TLS_client_method());
	if (!tls->context)
		return -ENOMEM;
	/* without authorities no certificate is trusted, which is then what is told */
	(void)openssl.SSL_CTX_set_default_verify_paths(tls->context);
	openssl.SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, take_any);
	tls->ssl = openssl.SSL_new(tls->context);
	if (!tls->ssl || !openssl.SSL_set_fd(tls->ssl, fd))
		return -ENOMEM;
	openssl.SSL_set_connect_state(tls->ssl);
	/* no address is a name for SNI: RFC 6066, 3 */
	if (tls->name && !tls->name_is_address &&
	    !openssl.SSL_ctrl(tls->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
	                      tls->name))
		return -ENOMEM;
	return 0;
}

/**
 * tls_new() - the client's side of a connection that stands
 * @fd:   borrowed; must not block, and live as long as this
 * @name: what the certificate must be for, a host name or an address; NULL: anything
 *
 * Writing to a connection that the other side has closed raises SIGPIPE, which
 * the program has to ignore.
 *
 * Return: 0; TLS_E_ABSENT; negative errno.
 */
int tls_new(struct tls **out, int fd, const char *name, struct err *err)
{
	_cleanup_(tls_cleanup) struct tls *tls = NULL;
	struct cidr address;
	int r;

	if (!load(err))
		return TLS_E_ABSENT;
	tls = calloc(1, sizeof(*tls));
	if (!tls)
		return -ENOMEM;
	if (name) {
		tls->name = strdup(name);
		if (!tls->name)
			return -ENOMEM;
		tls->name_is_address = cidr_parse(&address, name, CIDR_ADDRESS_ONLY, NULL) == 0;
	}
	r = set_up(tls, fd);
	if (r < 0)
		return err_set(err, r, "OpenSSL: out of memory");
	*out = steal(tls);
	return 0;
}

/** tls_free() - without a farewell; NULL is fine */
void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	openssl.SSL_free(tls->ssl);
	openssl.SSL_CTX_free(tls->context);
	free(tls->name);
	free(tls);
	openssl.ERR_clear_error();
}

static int what_it_wants(const struct tls *tls, int r)
{
	switch (openssl.SSL_get_error(tls->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return TLS_E_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_E_WANT_WRITE;
	default:
		return TLS_E_FAILED;
	}
}

/**
 * tls_handshake() - begin, and go on with it
 *
 * Return: 0: done; TLS_E_WANT_READ or TLS_E_WANT_WRITE: call again then; TLS_E_FAILED.
 */
int tls_handshake(struct tls *tls, struct err *err)
{
	int r;

	openssl.ERR_clear_error();
	r = openssl.SSL_do_handshake(tls->ssl);
	if (r == 1)
		return 0;
	r = what_it_wants(tls, r);
	return r == TLS_E_FAILED ? failed(err, "TLS handshake") : r;
}

static ssize_t result_of(const struct tls *tls, int r)
{
	if (r > 0)
		return r;
	r = what_it_wants(tls, r);
	openssl.ERR_clear_error();
	return r == TLS_E_FAILED ? 0 : -EAGAIN;
}

/** tls_read() - Return: bytes; 0: the other side has ended; -EAGAIN: nothing yet */
ssize_t tls_read(struct tls *tls, void *buffer, size_t size)
{
	openssl.ERR_clear_error();
	return result_of(
	    tls, openssl.SSL_read(tls->ssl, buffer, size > INT32_MAX ? INT32_MAX : (int)size));
}

/** tls_write() - Return: bytes; 0: the other side has ended; -EAGAIN: not now */
ssize_t tls_write(struct tls *tls, const void *buffer, size_t size)
{
	openssl.ERR_clear_error();
	return result_of(
	    tls, openssl.SSL_write(tls->ssl, buffer, size > INT32_MAX ? INT32_MAX : (int)size));
}

static bool is_for_name(const struct tls *tls, X509 *certificate)
{
	if (!tls->name)
		return true;
	if (tls->name_is_address)
		return openssl.X509_check_ip_asc(certificate, tls->name, 0) == 1;
	return openssl.X509_check_host(certificate, tls->name, 0, 0, NULL) == 1;
}

static int64_t time_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (!time || openssl.ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000000;
}

static void name_of(X509 *certificate, char *out, size_t size)
{
	GENERAL_NAMES *names =
	    openssl.X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char common[256] = "";

	openssl.X509_NAME_get_text_by_NID(openssl.X509_get_subject_name(certificate),
	                                  NID_commonName, common, sizeof(common));
	for (int i = 0;
	     !common[0] && names && i < openssl.OPENSSL_sk_num((const OPENSSL_STACK *)names); i++) {
		const GENERAL_NAME *name =
		    openssl.OPENSSL_sk_value((const OPENSSL_STACK *)names, i);

		if (name->type == GEN_DNS)
			snprintf(common, sizeof(common), "%.*s",
			         openssl.ASN1_STRING_length(name->d.dNSName),
			         (const char *)openssl.ASN1_STRING_get0_data(name->d.dNSName));
	}
	snprintf(out, size, "%s", common);
	openssl.GENERAL_NAMES_free(names);
}

/* Times are asked of the certificate itself: here are all the other reasons. */
static bool is_about_time(long verified)
{
	return verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID;
}

/**
 * tls_facts() - what is known after the handshake
 * @now_us: microseconds since the epoch, UTC; decides what has expired
 */
void tls_facts(const struct tls *tls, int64_t now_us, struct tls_facts *out)
{
	X509 *certificate = openssl.SSL_get1_peer_certificate(tls->ssl);
	long verified = openssl.SSL_get_verify_result(tls->ssl);

	*out = (struct tls_facts){0};
	snprintf(out->version, sizeof(out->version), "%s", openssl.SSL_get_version(tls->ssl));
	if (!certificate)
		return;
	name_of(certificate, out->subject, sizeof(out->subject));
	out->until_us = time_of(openssl.X509_get0_notAfter(certificate));
	if (out->until_us <= now_us)
		out->faults |= TLS_CERT_EXPIRED;
	if (time_of(openssl.X509_get0_notBefore(certificate)) > now_us)
		out->faults |= TLS_CERT_NOT_YET;
	if (!is_for_name(tls, certificate))
		out->faults |= TLS_CERT_WRONG_NAME;
	if (verified != X509_V_OK && !is_about_time(verified)) {
		out->faults |= TLS_CERT_UNTRUSTED;
		snprintf(out->reason, sizeof(out->reason), "%s",
		         openssl.X509_verify_cert_error_string(verified));
	}
	openssl.X509_free(certificate);
}

#else

struct tls {
	int unused;
};

int tls_new(struct tls **out, int fd, const char *name, struct err *err)
{
	(void)out;
	(void)fd;
	(void)name;
	return err_set(err, TLS_E_ABSENT, "built without OpenSSL");
}

void tls_free(struct tls *tls)
{
	(void)tls;
}

int tls_handshake(struct tls *tls, struct err *err)
{
	(void)tls;
	return err_set(err, TLS_E_ABSENT, "built without OpenSSL");
}

ssize_t tls_read(struct tls *tls, void *buffer, size_t size)
{
	(void)tls;
	(void)buffer;
	(void)size;
	return -ENOSYS;
}

ssize_t tls_write(struct tls *tls, const void *buffer, size_t size)
{
	(void)tls;
	(void)buffer;
	(void)size;
	return -ENOSYS;
}

void tls_facts(const struct tls *tls, int64_t now_us, struct tls_facts *out)
{
	(void)tls;
	(void)now_us;
	*out = (struct tls_facts){0};
}

#endif
