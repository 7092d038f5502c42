/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The download of an upgrade package: real HTTP(S) and FTP by libcurl, a little whenever the loop
 * comes by. It must never block, and never leave the machine unless unit.conf names a network. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/fota.h"
#include "sim/unit_store.h"

#ifdef HAVE_LIBCURL
#include <curl/curl.h>
#endif

struct sim_fetch {
    struct qd_buf data;
    size_t most;
    int breaks, over;
    enum sim_fetch_result result;
#ifdef HAVE_LIBCURL
    CURLM *multi;
    CURL *easy;
    struct curl_slist *to;
#endif
};

enum sim_fetch_result sim_fetch_result(const struct sim_fetch *f)
{
    return f->result;
}

const struct qd_buf *sim_fetch_data(const struct sim_fetch *f)
{
    return &f->data;
}

static void finish(struct sim_fetch *f, enum sim_fetch_result result)
{
    if (!f->over)
        f->result = result;
    f->over = 1;
}

#ifndef HAVE_LIBCURL

/* Built without a network: every server is out of reach. */
struct sim_fetch *sim_fetch_begin(const struct sim_fetch_ask *ask)
{
    struct sim_fetch *f = qd_alloc(1, sizeof *f);

    (void)ask;
    if (f)
        finish(f, SIM_FETCH_BROKEN);
    return f;
}

int sim_fetch_poll(struct sim_fetch *f)
{
    return f->over;
}

void sim_fetch_free(struct sim_fetch **f)
{
    if (!*f)
        return;
    qd_buf_free(&(*f)->data);
    free(*f);
    *f = NULL;
}

#else

static size_t on_bytes(char *p, size_t size, size_t n, void *user)
{
    struct sim_fetch *f = user;
    size_t len = size * n;

    if (f->breaks) {
        finish(f, SIM_FETCH_BROKEN);
        return 0;
    }
    if (len > f->most - f->data.len) {
        finish(f, SIM_FETCH_TOO_LARGE);
        return 0;
    }
    if (qd_buf_add(&f->data, p, len)) {
        finish(f, SIM_FETCH_BROKEN);
        return 0;
    }
    return len;
}

/* Whether the server of a URL is this machine. */
static int is_local(const char *url)
{
    const char *host = strstr(url, "://"), *at;
    size_t n;

    if (!host)
        return 0;
    host += 3;
    n = strcspn(host, "/");
    for (at = host + n; at > host && at[-1] != '@'; at--)
        continue;
    n -= (size_t)(at - host);
    if (n >= 5 && strncmp(at, "[::1]", 5) == 0)
        return n == 5 || at[5] == ':';
    if (memchr(at, ':', n))
        n = strcspn(at, ":");
    if (n == 9 && strncasecmp(at, "localhost", 9) == 0)
        return 1;
    return strncmp(at, "127.", 4) == 0 && strspn(at, "0123456789.") == n;
}

static CURLcode set_blob(CURL *c, CURLoption option, const struct sim_node *n)
{
    struct curl_blob blob = {n->data, n->len, CURL_BLOB_COPY};

    return curl_easy_setopt(c, option, &blob);
}

static int set_certificates(CURL *c, const struct sim_fetch_ask *ask)
{
    long check = ask->ca != NULL; /* a unit without a root certificate checks none */
    CURLcode rc = curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, check);

    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    if (rc == CURLE_OK && ask->ca)
        rc = set_blob(c, CURLOPT_CAINFO_BLOB, ask->ca);
    if (rc == CURLE_OK && ask->cert)
        rc = set_blob(c, CURLOPT_SSLCERT_BLOB, ask->cert);
    if (rc == CURLE_OK && ask->key)
        rc = set_blob(c, CURLOPT_SSLKEY_BLOB, ask->key);
    return rc == CURLE_OK ? 0 : -1;
}

/* Every connection goes to one place, whatever the URL says. */
static int set_network(struct sim_fetch *f, const char *network)
{
    char text[300];

    snprintf(text, sizeof text, "::%s", network);
    f->to = curl_slist_append(NULL, text);
    return f->to && curl_easy_setopt(f->easy, CURLOPT_CONNECT_TO, f->to) == CURLE_OK ? 0 : -1;
}

static int set_up(struct sim_fetch *f, const struct sim_fetch_ask *ask)
{
    CURL *c = f->easy;

    if (curl_easy_setopt(c, CURLOPT_URL, ask->url) ||
        curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https,ftp") ||
        curl_easy_setopt(c, CURLOPT_PROXY, "") || curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) ||
        curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ask->timeout_ms) ||
        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes) ||
        curl_easy_setopt(c, CURLOPT_WRITEDATA, f) || curl_easy_setopt(c, CURLOPT_PRIVATE, f))
        return -1;
    if (ask->network && set_network(f, ask->network))
        return -1;
    if (set_certificates(c, ask))
        return -1;
    return curl_multi_add_handle(f->multi, c) == CURLM_OK ? 0 : -1;
}

struct sim_fetch *sim_fetch_begin(const struct sim_fetch_ask *ask)
{
    static int ready;
    struct sim_fetch *f = qd_alloc(1, sizeof *f);

    if (!f)
        return NULL;
    f->most = ask->most;
    f->breaks = ask->breaks;
    if (!ask->network && !is_local(ask->url)) {
        finish(f, SIM_FETCH_NO_SERVER);
        return f;
    }
    if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        ready = 1;
    f->multi = ready ? curl_multi_init() : NULL;
    f->easy = f->multi ? curl_easy_init() : NULL;
    if (!f->easy || set_up(f, ask))
        finish(f, SIM_FETCH_BROKEN);
    return f;
}

static enum sim_fetch_result meaning(CURL *c, CURLcode rc)
{
    long status = 0;

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    switch (rc) {
    case CURLE_OK:
        if (status == 404)
            return SIM_FETCH_ABSENT;
        return status >= 300 ? SIM_FETCH_REFUSED : SIM_FETCH_OK;
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_FTP_COULDNT_RETR_FILE:
    case CURLE_REMOTE_ACCESS_DENIED:
        return SIM_FETCH_ABSENT;
    case CURLE_LOGIN_DENIED:
        return SIM_FETCH_REFUSED;
    case CURLE_OPERATION_TIMEDOUT:
        return SIM_FETCH_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return SIM_FETCH_NO_SERVER;
    default:
        return SIM_FETCH_BROKEN;
    }
}

int sim_fetch_poll(struct sim_fetch *f)
{
    struct CURLMsg *m;
    int running = 0, left;

    if (f->over)
        return 1;
    if (curl_multi_perform(f->multi, &running) != CURLM_OK)
        finish(f, SIM_FETCH_BROKEN);
    while ((m = curl_multi_info_read(f->multi, &left)))
        if (m->msg == CURLMSG_DONE) {
            finish(f, meaning(m->easy_handle, m->data.result));
            f->over = 1;
        }
    return f->over;
}

void sim_fetch_free(struct sim_fetch **f)
{
    if (!*f)
        return;
    if ((*f)->easy && (*f)->multi)
        curl_multi_remove_handle((*f)->multi, (*f)->easy);
    curl_easy_cleanup((*f)->easy);
    curl_multi_cleanup((*f)->multi);
    curl_slist_free_all((*f)->to);
    qd_buf_free(&(*f)->data);
    free(*f);
    *f = NULL;
}

#endif
