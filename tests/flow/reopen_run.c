/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Through the public interface: opens ADDRESS, asks until the link is lost, finds the unit again
 * and asks once more. Prints how often it could ask before; exits with the library's exit code. */
#include <stdio.h>

#include <qdiag/qdiag.h>

#define ASKS 200

static int run(struct qdiag_context *ctx, const char *address, struct qdiag_error *e)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_identity id;
    struct qdiag_error lost = {0};
    unsigned asked = 0;
    int rc = qdiag_device_open(ctx, address, NULL, &dev, e);

    if (rc == 0)
        rc = qdiag_identity_read(dev, &id, e);
    while (rc == 0 && asked < ASKS && qdiag_identity_read(dev, &id, &lost) == 0)
        asked++;
    if (rc == 0)
        printf("lost %s after %u\n", qdiag_code_name(lost.code), asked);
    if (rc == 0)
        rc = qdiag_device_reopen(&dev, 0, 20000, e);
    if (rc == 0)
        rc = qdiag_identity_read(dev, &id, e);
    if (rc == 0)
        printf("back at %s\n", qdiag_device_address(dev));
    qdiag_device_close(&dev);
    return rc;
}

int main(int argc, char **argv)
{
    struct qdiag_context *ctx = qdiag_context_new();
    struct qdiag_error e = {0};

    if (argc != 2 || !ctx)
        return 99;
    setvbuf(stdout, NULL, _IOLBF, 0);
    qdiag_context_set_timeout(ctx, 500);
    if (run(ctx, argv[1], &e))
        printf("%s: %s\n", qdiag_code_name(e.code), e.why);
    qdiag_context_free(&ctx);
    return qdiag_exit_code(&e);
}
