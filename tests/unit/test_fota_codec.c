/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines of upgrades in every published spelling, arguments at and above every limit, and every
 * error code of every family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/fota_codec.h"

#define Q "+QIND: \"FOTA\","

static void test_lines(void **state)
{
    static const struct {
        const char *line;
        enum qd_fota_word word;
        int number;
        const char *text;
    } v[] = {
        {Q "\"HTTPSTART\"", QD_FOTA_HTTP_START, -1, Q "\"HTTPSTART\""},
        {Q "\"HTTPSSTART\"", QD_FOTA_HTTP_START, -1, Q "\"HTTPSTART\""},
        {Q "\"HTTPEND\", 0", QD_FOTA_HTTP_END, 0, Q "\"HTTPEND\",0"},
        {Q "\"HTTPEnd\",0", QD_FOTA_HTTP_END, 0, Q "\"HTTPEND\",0"},
        {Q "\"HTTPPEND\",0", QD_FOTA_HTTP_END, 0, Q "\"HTTPEND\",0"},
        {Q "\"HTTPSEND\",0", QD_FOTA_HTTP_END, 0, Q "\"HTTPEND\",0"},
        {Q "\"HTTPEND\",702", QD_FOTA_HTTP_END, 702, Q "\"HTTPEND\",702"},
        {Q "\"FTPSTART\"", QD_FOTA_FTP_START, -1, Q "\"FTPSTART\""},
        {Q "\"FTPEND\",601", QD_FOTA_FTP_END, 601, Q "\"FTPEND\",601"},
        {Q "\"START\"", QD_FOTA_START, -1, Q "\"START\""},
        {Q " \"START\"", QD_FOTA_START, -1, Q "\"START\""},
        {Q "\"UPDATING\",20", QD_FOTA_UPDATE, 20, Q "\"UPDATING\",20"},
        {Q "\"UPDATING\", 1", QD_FOTA_UPDATE, 1, Q "\"UPDATING\",1"},
        {Q " \"UPDATING\", 100", QD_FOTA_UPDATE, 100, Q "\"UPDATING\",100"},
        {Q "\"UPDATING\", 1%", QD_FOTA_UPDATE, 1, Q "\"UPDATING\",1"},
        {Q "\"RESTORE\",1%", QD_FOTA_RESTORE, 1, Q "\"RESTORE\",1"},
        {Q "\"RESTORE\", 100%", QD_FOTA_RESTORE, 100, Q "\"RESTORE\",100"},
        {Q "\"END\",0", QD_FOTA_END, 0, Q "\"END\",0"},
        {Q " \"END\", 0", QD_FOTA_END, 0, Q "\"END\",0"},
        {Q "\"END\",520", QD_FOTA_END, 520, Q "\"END\",520"},
        {Q "\"Last upgrade was not finished,continue upgrade\"", QD_FOTA_CONTINUE, -1,
         Q "\"Last upgrade was not finished,continue upgrade\""},
        {"+QIND: SMS DONE", QD_FOTA_NO_URC, -1, ""},
        {"+QIND: PB DONE", QD_FOTA_NO_URC, -1, ""},
        {Q "\"UPDAT", QD_FOTA_UNREAD, -1, ""},
        {Q "\"UPDATING\",", QD_FOTA_UNREAD, -1, ""},
        {Q "\"UPDATING\", ", QD_FOTA_UNREAD, -1, ""},
        /* other spellings, and what is wrong */
        {"  +QIND:\"FOTA\" , \"updating\" , 7 % ", QD_FOTA_UPDATE, 7, Q "\"UPDATING\",7"},
        {Q "\"UPDATING\",0", QD_FOTA_UPDATE, 0, Q "\"UPDATING\",0"},
        {Q "\"UPDATING\",101", QD_FOTA_UPDATE, -1, Q "\"UPDATING\""},
        {Q "\"RESTORE\",4711%", QD_FOTA_RESTORE, -1, Q "\"RESTORE\""},
        {Q "\"UPDATING\"", QD_FOTA_UPDATE, -1, Q "\"UPDATING\""},
        {Q "\"UPDATING\",-1", QD_FOTA_UNREAD, -1, ""},
        {Q "\"END\",-520", QD_FOTA_UNREAD, -1, ""},
        {Q "\"END\"", QD_FOTA_UNREAD, -1, ""},
        {Q "\"HTTPEND\"", QD_FOTA_UNREAD, -1, ""},
        {Q "\"END\",0x", QD_FOTA_UNREAD, -1, ""},
        {Q "\"END\",1 0", QD_FOTA_UNREAD, -1, ""},
        {Q "\"END\",0000000", QD_FOTA_UNREAD, -1, ""},
        {Q "\"END\",4294967296", QD_FOTA_UNREAD, -1, ""},
        {Q "\"Last upgrade was not fin", QD_FOTA_UNREAD, -1, ""},
        {Q "\"Last up\"", QD_FOTA_UNREAD, -1, ""},
        {Q "\"SOMETHING\",3", QD_FOTA_UNREAD, -1, ""},
        {"+QIND: \"FOTA\"", QD_FOTA_UNREAD, -1, ""},
        {"+QIND: \"FOT", QD_FOTA_NO_URC, -1, ""},
        {"+QIND: \"ABFOTA\",\"UPDATE\",20", QD_FOTA_OTHER, -1, ""},
        {"+QURC: \"FOTA\",\"END\",0", QD_FOTA_NO_URC, -1, ""},
        {"", QD_FOTA_NO_URC, -1, ""},
    };
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_fota_urc u = qd_fota_urc_read(v[i].line);

        if (u.word != v[i].word || u.number != v[i].number)
            fail_msg("%s: word %d, number %d", v[i].line, (int)u.word, u.number);
        qd_fota_urc_text(&u, text);
        assert_string_equal(text, v[i].text);
    }
}

/* ---- arguments ---- */

/* A text of n bytes: begin, 'x' as needed, ".zip". */
static const char *sized(const char *begin, size_t n)
{
    static char text[2048];
    size_t at = strlen(begin);

    assert_true(n < sizeof text && at + 4 <= n);
    memcpy(text, begin, at);
    memset(text + at, 'x', n - at - 4);
    memcpy(text + n - 4, ".zip", 5);
    return text;
}

static void accept(const char *family, const char *text, const char *command)
{
    struct qdiag_fota_argument a;
    struct qdiag_error e = {0};

    if (qdiag_fota_argument(family, text, &a, &e) != 0)
        fail_msg("%s, %s: %s", family, text, e.why);
    if (command)
        assert_string_equal(a.command, command);
}

static void refuse(const char *family, const char *text, int code, const char *why)
{
    struct qdiag_fota_argument a;
    struct qdiag_error e = {0};

    assert_int_equal(qdiag_fota_argument(family, text, &a, &e), -code);
    if (!strstr(e.why, why))
        fail_msg("%s, %s: %s", family, text, e.why);
    assert_string_equal(a.command, "");
    assert_int_equal(e.touch, QDIAG_UNTOUCHED);
}

static void test_limits_in_bytes(void **state)
{
    char text[256];

    (void)state;
    accept("bg96", sized("http://h/", 255), NULL);
    refuse("bg96", sized("http://h/", 256), QDIAG_E_USAGE,
           "256 bytes, 1 more than the limit of 255");
    accept("eg9x", sized("http://h/", 255), NULL);
    refuse("eg9x", sized("http://h/", 260), QDIAG_E_USAGE,
           "260 bytes, 5 more than the limit of 255");
    accept("eg9x", sized("/data/ufs/", 128), NULL);
    refuse("eg9x", sized("/data/ufs/", 129), QDIAG_E_USAGE,
           "129 bytes, 1 more than the limit of 128");
    accept("rg50xq", sized("https://h:443/", 512), NULL);
    refuse("rg50xq", sized("https://h:443/", 513), QDIAG_E_USAGE, "1 more than the limit of 512");
    accept("rg50xq", sized("ftp://u:p@h/", 512), NULL);
    refuse("rg50xq", sized("ftp://u:p@h/", 513), QDIAG_E_USAGE, "1 more than the limit of 512");
    accept("rg50xq", sized("/cache/ufs/", 512), NULL);
    refuse("rg50xq", sized("/cache/ufs/", 513), QDIAG_E_USAGE, "1 more than the limit of 512");
    accept("rg50xq", sized("cache/ufs/", 511), NULL); /* one more is sent */
    refuse("rg50xq", sized("cache/ufs/", 512), QDIAG_E_USAGE, "513 bytes");
    for (size_t n = 50; n <= 51; n++) {
        static const struct {
            const char *form, *name;
        } part[] = {{"ftp://%s:p@h/f", "the user"},
                    {"ftp://u:%s@h/f", "the password"},
                    {"ftp://u:p@%s/f", "the server"},
                    {"ftp://u:p@h/%s", "the path"}};
        char many[52];

        memset(many, 'y', n);
        many[n] = '\0';
        for (size_t i = 0; i < 4; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(text, sizeof text, part[i].form, many);
#pragma GCC diagnostic pop
            accept("rg50xq", text, NULL);
            if (n == 50)
                accept("eg9x", text, NULL);
            else
                refuse("eg9x", text, QDIAG_E_USAGE, part[i].name);
        }
    }
}

static void test_ports(void **state)
{
    static const char *const bad[] = {"0", "65536", "", "x", "8 0", "-1", "99999999999999999999"};
    char text[128];

    (void)state;
    accept("bg96", "http://h:1/f", NULL);
    accept("bg96", "http://h:65535/f", NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "http://h:%s/f", bad[i]);
        refuse("bg96", text, QDIAG_E_USAGE, strchr(bad[i], ' ') ? "0x20" : "port");
    }
}

static void test_parts(void **state)
{
    struct qdiag_fota_argument a;

    (void)state;
    assert_int_equal(qdiag_fota_argument("rg50xq",
                                         "FTP://test:test@192.0.2.10:21/Jun/update-v12-to-v13.zip",
                                         &a, NULL),
                     0);
    assert_int_equal(a.scheme, QDIAG_FOTA_FTP);
    assert_string_equal(a.host, "192.0.2.10");
    assert_int_equal(a.port, 21);
    assert_string_equal(a.path, "Jun/update-v12-to-v13.zip");
    assert_string_equal(a.command, "AT+QFOTADL=\"ftp://test:test@192.0.2.10:21/Jun/"
                                   "update-v12-to-v13.zip\"");
    assert_string_equal(a.shown, "AT+QFOTADL=\"ftp://test:***@192.0.2.10:21/Jun/"
                                 "update-v12-to-v13.zip\"");
    assert_string_equal(a.note, "");
    /* the last @ parts the user from the server */
    assert_int_equal(qdiag_fota_argument("eg9x", "ftp://a:b@c:9@host/p@q", &a, NULL), 0);
    assert_string_equal(a.host, "host");
    assert_int_equal(a.port, 21);
    assert_string_equal(a.path, "p@q");
    assert_string_equal(a.shown, "AT+QFOTADL=\"ftp://a:***@host/p@q\"");
    refuse("eg9x", "ftp://u:12/secret@h/f", QDIAG_E_USAGE, "write / as %2F");
    accept("eg9x", "ftp://u:12%2Fsecret@h/f", NULL);
    accept("eg9x", "http://h/p@q", NULL);
    refuse("eg9x", "http://h/%0d%0aAT", QDIAG_E_USAGE, "%0d at place 10 of the source");
    refuse("eg9x", "http://h/%0AAT", QDIAG_E_USAGE, "control byte");
    refuse("eg9x", "http://h/a%00", QDIAG_E_USAGE, "control byte");
    refuse("eg9x", "http://h/a%22", QDIAG_E_USAGE, "or a quote");
    refuse("rg50xq", "/cache/ufs/a%7f", QDIAG_E_USAGE, "control byte");
    accept("eg9x", "http://h/a%20b%", NULL);
    assert_int_equal(qdiag_fota_argument("eg9x", "ftp://host/p", &a, NULL), 0);
    assert_non_null(strstr(a.note, "user and a password"));
    assert_int_equal(qdiag_fota_argument("eg9x", "ftp://u@host/p", &a, NULL), 0);
    assert_string_equal(a.shown, a.command);
    assert_int_equal(qdiag_fota_argument("bg96", "https://h/f", &a, NULL), 0);
    assert_int_equal(a.port, 80);
    assert_non_null(strstr(a.note, "default port is 80"));
    assert_int_equal(qdiag_fota_argument("bg96", "https://h:443/f", &a, NULL), 0);
    assert_int_equal(a.port, 443);
    assert_string_equal(a.note, "");
    assert_int_equal(qdiag_fota_argument("rg50xq", "http://[2001:db8::1]:8080/f", &a, NULL), 0);
    assert_string_equal(a.host, "[2001:db8::1]");
    assert_int_equal(a.port, 8080);
}

static void test_local_forms(void **state)
{
    const struct qd_fota_family *rg = qd_fota_family("rg50xq");
    struct qdiag_fota_argument a;

    (void)state;
    accept("rg50xq", "/cache/ufs/update-v13-to-v12.zip",
           "AT+QFOTADL=\"/cache/ufs/update-v13-to-v12.zip\"");
    accept("rg50xq", "cache/ufs/x.zip", "AT+QFOTADL=\"/cache/ufs/x.zip\"");
    accept("eg9x", "/data/ufs/update-v13-to-v12.zip",
           "AT+QFOTADL=\"/data/ufs/update-v13-to-v12.zip\"");
    accept("bg96", "", "AT+QFOTADL=1");
    accept("bg96", "1", "AT+QFOTADL=1");
    accept("bg96", "/fota/update.zip", "AT+QFOTADL=1");
    refuse("bg96", "/data/ufs/x.zip", QDIAG_E_USAGE, "/fota/update.zip and nowhere else");
    refuse("bg96", "2", QDIAG_E_USAGE, "give 1");
    refuse("eg9x", "/cache/ufs/x.zip", QDIAG_E_USAGE, "begins with /data/ufs/");
    refuse("eg9x", "1", QDIAG_E_USAGE, "begins with /data/ufs/");
    refuse("rg50xq", "/data/ufs/x.zip", QDIAG_E_USAGE, "begins with /cache/ufs/");
    refuse("rg50xq", "/cache/ufs/", QDIAG_E_USAGE, "names no file");
    refuse("rg50xq", "cache/ufs/", QDIAG_E_USAGE, "names no file");
    refuse("rg50xq", "/cache/ufs/../x", QDIAG_E_USAGE, "below");
    refuse("rg50xq", "/cache/ufs/a/..", QDIAG_E_USAGE, "below");
    accept("rg50xq", "/cache/ufs/a..b", NULL);
    assert_int_equal(qdiag_fota_argument("rg50xq", "cache/ufs/x", &a, NULL), 0);
    assert_string_equal(qd_fota_stored_name(rg, a.path), "x");
    assert_null(qd_fota_stored_name(rg, "/cache/ufs/a/b"));
    assert_null(qd_fota_stored_name(rg, "/elsewhere/x"));
    assert_null(qd_fota_stored_name(qd_fota_family("bg96"), "/fota/update.zip"));
}

static void test_refusals(void **state)
{
    static const char *const injected[] = {"\"",
                                           "http://h/f\"",
                                           "http://h/a\rb",
                                           "http://h/a\nb",
                                           "http://h/a;+EGMR=1,7",
                                           "h\x7f",
                                           "http://h/\x01x",
                                           "http://h/a b",
                                           "http://h/\xc3\xa4",
                                           "http://h/a\\22",
                                           "http://h/\tx"};

    (void)state;
    for (size_t i = 0; i < sizeof injected / sizeof injected[0]; i++) {
        refuse("bg96", injected[i], QDIAG_E_USAGE, "is not sent");
        refuse("rg50xq", injected[i], QDIAG_E_USAGE, "is not sent");
    }
    refuse("bg96", "ftp://u:p@h/f", QDIAG_E_UNSUPPORTED, "do not take ftp://");
    refuse("eg9x", "https://h/f", QDIAG_E_UNSUPPORTED, "do not take https://");
    refuse("eg9x", "HTTPS://h/f", QDIAG_E_UNSUPPORTED, "do not take https://");
    refuse("rg50xq", "sftp://h/f", QDIAG_E_USAGE, "a source is");
    refuse("rg50xq", "://h/f", QDIAG_E_USAGE, "a source is");
    refuse("rg50xq", "http:///f", QDIAG_E_USAGE, "no server");
    refuse("rg50xq", "http://:80/f", QDIAG_E_USAGE, "no server");
    refuse("rg50xq", "http://h", QDIAG_E_USAGE, "no file");
    refuse("rg50xq", "http://h/", QDIAG_E_USAGE, "no file");
    refuse("rg50xq", "http://u:p@h/f", QDIAG_E_USAGE, "only ftp://");
    refuse("ec2x", "/data/ufs/x", QDIAG_E_UNSUPPORTED, "no document");
    refuse("unknown", "http://h/f", QDIAG_E_UNSUPPORTED, "no document");
}

static void test_foreign_modules(void **state)
{
    (void)state;
    assert_null(qd_fota_foreign("BG96", "BG96MAR02A07M1G_01.018.01.018"));
    assert_null(qd_fota_foreign("EG95", ""));
    assert_non_null(strstr(qd_fota_foreign("AG550Q-CN", ""), "QABFOTA"));
    assert_non_null(qd_fota_foreign("EC200U-EU", ""));
    assert_non_null(qd_fota_foreign("EC800K-CN", ""));
    assert_non_null(qd_fota_foreign("EG800K-EU", ""));
    assert_non_null(qd_fota_foreign("BG770A-GL", "BG770AGLAAR01A05"));
    assert_non_null(strstr(qd_fota_foreign("EG95", "EG25GGBR07A07M2G_OCPU_01.001.04"), "QuecOpen"));
}

/* ---- codes ---- */

static void test_every_code(void **state)
{
    static const struct {
        const char *family, *stage;
        int first, last;
        const char *says;
        int then;
    } v[] = {
        {"bg96", "http", 0, 0, "downloaded", QD_FOTA_FINAL},
        {"bg96", "http", 701, 701, "unknown HTTP", QD_FOTA_FINAL},
        {"bg96", "http", 702, 702, "connection", QD_FOTA_FINAL},
        {"bg96", "http", 703, 703, "request", QD_FOTA_FINAL},
        {"bg96", "http", 704, 704, "too long", QD_FOTA_FINAL},
        {"bg96", "http", 706, 706, "no such file", QD_FOTA_FINAL},
        {"bg96", "http", 707, 707, "written to a file", QD_FOTA_FINAL},
        {"bg96", "http", 708, 708, "too large", QD_FOTA_FINAL},
        {"bg96", "end", 0, 0, "upgraded", QD_FOTA_FINAL},
        {"bg96", "end", 504, 504, "the upgrade failed", QD_FOTA_FINAL},
        {"bg96", "end", 505, 505, "no package", QD_FOTA_FINAL},
        {"bg96", "end", 506, 506, "check of the package", QD_FOTA_FINAL},
        {"bg96", "end", 511, 511, "does not match the current firmware", QD_FOTA_FINAL},
        {"eg9x", "ftp", 0, 0, "downloaded", QD_FOTA_FINAL},
        {"eg9x", "ftp", 502, 502, "unpredictable", QD_FOTA_FINAL},
        {"eg9x", "ftp", 505, 505, "five times", QD_FOTA_AGAIN},
        {"eg9x", "ftp", 510, 510, "source files", QD_FOTA_NEVER},
        {"eg9x", "ftp", 511, 511, "not enough space", QD_FOTA_NEVER},
        {"eg9x", "ftp", 520, 530, "tries again", QD_FOTA_AGAIN},
        {"eg9x", "ftp", 540, 546, "tries again", QD_FOTA_AGAIN},
        {"eg9x", "ftp", 601, 601, "unknown FTP", QD_FOTA_FINAL},
        {"eg9x", "http", 0, 0, "downloaded", QD_FOTA_FINAL},
        {"eg9x", "http", 502, 502, "unpredictable", QD_FOTA_FINAL},
        {"eg9x", "http", 505, 505, "five times", QD_FOTA_AGAIN},
        {"eg9x", "http", 510, 510, "source files", QD_FOTA_NEVER},
        {"eg9x", "http", 511, 511, "not enough space", QD_FOTA_NEVER},
        {"eg9x", "http", 520, 530, "tries again", QD_FOTA_AGAIN},
        {"eg9x", "http", 540, 546, "tries again", QD_FOTA_AGAIN},
        {"eg9x", "http", 701, 701, "unknown HTTP", QD_FOTA_FINAL},
        {"eg9x", "end", 0, 0, "upgraded", QD_FOTA_FINAL},
        {"eg9x", "end", 502, 502, "unpredictable", QD_FOTA_AGAIN},
        {"eg9x", "end", 505, 505, "check of the package failed", QD_FOTA_AGAIN},
        {"eg9x", "end", 510, 510, "source files", QD_FOTA_NEVER},
        {"eg9x", "end", 511, 511, "not enough space", QD_FOTA_NEVER},
        {"eg9x", "end", 520, 530, "tries again", QD_FOTA_AGAIN},
        {"eg9x", "end", 540, 546, "tries again", QD_FOTA_AGAIN},
        {"rg50xq", "ftp", 0, 0, "downloaded", QD_FOTA_FINAL},
        {"rg50xq", "ftp", 601, 601, "unknown FTP", QD_FOTA_FINAL},
        {"rg50xq", "http", 0, 0, "downloaded", QD_FOTA_FINAL},
        {"rg50xq", "http", 701, 701, "download failed", QD_FOTA_FINAL},
        {"rg50xq", "end", 0, 0, "upgraded", QD_FOTA_FINAL},
        {"rg50xq", "end", 502, 502, "five times", QD_FOTA_AGAIN},
        {"rg50xq", "end", 504, 504, "zip has a wrong format", QD_FOTA_NEVER},
        {"rg50xq", "end", 505, 505, "project or version", QD_FOTA_NEVER},
        {"rg50xq", "end", 510, 510, "source files", QD_FOTA_NEVER},
        {"rg50xq", "end", 511, 511, "not enough space", QD_FOTA_AGAIN},
        {"rg50xq", "end", 520, 530, "tries again", QD_FOTA_AGAIN},
        {"rg50xq", "end", 540, 546, "tries again", QD_FOTA_AGAIN},
        {"rg50xq", "end", 550, 550, "too large", QD_FOTA_NEVER},
    };
    static const char *const families[] = {"bg96", "eg9x", "rg50xq"}, *const stages[] = {
                                                                          "http", "ftp", "end"};
    char text[320], advice[256];
    size_t known = 0, expected = 0;

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        for (int code = v[i].first; code <= v[i].last; code++) {
            const struct qd_fota_code *c = qd_fota_code_find(v[i].family, v[i].stage, code);

            expected++;
            assert_int_equal(qdiag_fota_code(v[i].family, v[i].stage, code, text, advice), 1);
            if (!strstr(text, v[i].says) || (int)c->then != v[i].then)
                fail_msg("%s %s %d: %s", v[i].family, v[i].stage, code, text);
            assert_int_equal(!*advice, code == 0);
        }
    for (size_t f = 0; f < 3; f++) /* and not one more */
        for (size_t s = 0; s < 3; s++)
            for (int code = -1; code < 1000; code++)
                known += qd_fota_code_find(families[f], stages[s], code) != NULL;
    assert_int_equal(known, expected);
}

static void test_codes_that_are_not_known(void **state)
{
    char text[320], advice[256];

    (void)state;
    assert_int_equal(qdiag_fota_code("eg9x", "end", 504, text, advice), 0);
    assert_string_equal(text, "the documents of eg9x have no end code 504");
    assert_int_equal(qdiag_fota_code("bg96", "http", 705, text, advice), 0);
    assert_string_equal(text, "the documents of bg96 have no http code 705");
    assert_int_equal(qdiag_fota_code("unknown", "end", 511, text, advice), 0);
    assert_string_equal(text, "bg96: the package does not match the current firmware; eg9x: not "
                              "enough space in the unit's file system; rg50xq: not enough space in "
                              "the unit's file system");
    assert_non_null(strstr(advice, "none of this is established"));
    assert_int_equal(qdiag_fota_code("ec2x", "end", 510, text, advice), 0);
    assert_non_null(strstr(text, "eg9x: the package does not match"));
    assert_int_equal(qdiag_fota_code("unknown", "end", 531, text, advice), 0);
    assert_string_equal(text, "no family's document has end code 531");
    for (int code = 0; code < 1000; code++) {
        (void)qdiag_fota_code("", "http", code, text, advice);
        assert_true(strlen(text) < 319); /* nothing is cut */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_limits_in_bytes),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_local_forms),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_foreign_modules),
        cmocka_unit_test(test_every_code),
        cmocka_unit_test(test_codes_that_are_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
