// SPDX-License-Identifier: GPL-2.0-or-later
/* of configure; with quotes it would be the one beside this file */
#include "build-config.h"

#include "guard/system/host/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_OPENSSL

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "guard/base/cidr.h"

#if OPENSSL_VERSION_NUMBER < 0x30000000L
/* its name before version 3 */
#define SSL_get1_peer_certificate SSL_get_peer_certificate
#endif

struct tls {
	SSL_CTX *context;
	SSL *ssl;
	char *name; /* owned; that the certificate must be for */
	bool name_is_address;
};

/* What OpenSSL has to say, without its file names and numbers. */
static int failed(struct err *err, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
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
	tls->context = SSL_CTX_new(TLS_client_method());
	if (!tls->context)
		return -ENOMEM;
	/* without authorities no certificate is trusted, which is then what is told */
	(void)SSL_CTX_set_default_verify_paths(tls->context);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, take_any);
	tls->ssl = SSL_new(tls->context);
	if (!tls->ssl || !SSL_set_fd(tls->ssl, fd))
		return -ENOMEM;
	SSL_set_connect_state(tls->ssl);
	/* no address is a name for SNI: RFC 6066, 3 */
	if (tls->name && !tls->name_is_address && !SSL_set_tlsext_host_name(tls->ssl, tls->name))
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
 * Return: 0; TLS_E_NOT_BUILT; negative errno.
 */
int tls_new(struct tls **out, int fd, const char *name, struct err *err)
{
	_cleanup_(tls_cleanup) struct tls *tls = calloc(1, sizeof(*tls));
	struct cidr address;
	int r;

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
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->context);
	free(tls->name);
	free(tls);
	ERR_clear_error();
}

static int what_it_wants(const struct tls *tls, int r)
{
	switch (SSL_get_error(tls->ssl, r)) {
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

	ERR_clear_error();
	r = SSL_do_handshake(tls->ssl);
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
	ERR_clear_error();
	return r == TLS_E_FAILED ? 0 : -EAGAIN;
}

/** tls_read() - Return: bytes; 0: the other side has ended; -EAGAIN: nothing yet */
ssize_t tls_read(struct tls *tls, void *buffer, size_t size)
{
	ERR_clear_error();
	return result_of(tls, SSL_read(tls->ssl, buffer, size > INT32_MAX ? INT32_MAX : (int)size));
}

/** tls_write() - Return: bytes; 0: the other side has ended; -EAGAIN: not now */
ssize_t tls_write(struct tls *tls, const void *buffer, size_t size)
{
	ERR_clear_error();
	return result_of(tls,
	                 SSL_write(tls->ssl, buffer, size > INT32_MAX ? INT32_MAX : (int)size));
}

static bool is_for_name(const struct tls *tls, X509 *certificate)
{
	if (!tls->name)
		return true;
	if (tls->name_is_address)
		return X509_check_ip_asc(certificate, tls->name, 0) == 1;
	return X509_check_host(certificate, tls->name, 0, 0, NULL) == 1;
}

static int64_t time_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000000;
}

static void name_of(X509 *certificate, char *out, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char common[256] = "";

	X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common,
	                          sizeof(common));
	for (int i = 0; !common[0] && names && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			snprintf(common, sizeof(common), "%.*s",
			         ASN1_STRING_length(name->d.dNSName),
			         (const char *)ASN1_STRING_get0_data(name->d.dNSName));
	}
	snprintf(out, size, "%s", common);
	GENERAL_NAMES_free(names);
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
	X509 *certificate = SSL_get1_peer_certificate(tls->ssl);
	long verified = SSL_get_verify_result(tls->ssl);

	*out = (struct tls_facts){0};
	snprintf(out->version, sizeof(out->version), "%s", SSL_get_version(tls->ssl));
	if (!certificate)
		return;
	name_of(certificate, out->subject, sizeof(out->subject));
	out->until_us = time_of(X509_get0_notAfter(certificate));
	if (out->until_us <= now_us)
		out->faults |= TLS_CERT_EXPIRED;
	if (time_of(X509_get0_notBefore(certificate)) > now_us)
		out->faults |= TLS_CERT_NOT_YET;
	if (!is_for_name(tls, certificate))
		out->faults |= TLS_CERT_WRONG_NAME;
	if (verified != X509_V_OK && !is_about_time(verified)) {
		out->faults |= TLS_CERT_UNTRUSTED;
		snprintf(out->reason, sizeof(out->reason), "%s",
		         X509_verify_cert_error_string(verified));
	}
	X509_free(certificate);
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
	return err_set(err, TLS_E_NOT_BUILT, "built without OpenSSL");
}

void tls_free(struct tls *tls)
{
	(void)tls;
}

int tls_handshake(struct tls *tls, struct err *err)
{
	(void)tls;
	return err_set(err, TLS_E_NOT_BUILT, "built without OpenSSL");
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
