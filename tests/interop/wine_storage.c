/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Structured storage as Windows programs use it, run under Wine: an independent reader and writer
 * of compound files. Reads each element by its name, never by its place in the listing, and prints
 * one line per stream: path, size, FNV-1a 64 of its bytes. No project code. */
#define COBJMACROS
#include <objbase.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCLUSIVE STGM_SHARE_EXCLUSIVE

static void need(HRESULT hr, const char *what, const char *path)
{
    if (hr == S_OK)
        return;
    fprintf(stderr, "%s %s: 0x%08lx\n", what, path, (unsigned long)hr);
    exit(1);
}

static void read_stream(IStream *s, const STATSTG *st, const char *path)
{
    uint64_t hash = 0xcbf29ce484222325u, size = 0;
    uint8_t p[4096];
    ULONG got = 1;
    while (got) {
        HRESULT hr = IStream_Read(s, p, sizeof p, &got);
        need(hr == S_FALSE ? S_OK : hr, "Read", path);
        for (ULONG i = 0; i < got; i++)
            hash = (hash ^ p[i]) * 0x100000001b3u;
        size += got;
    }
    need(size == st->cbSize.QuadPart ? S_OK : E_FAIL, "size of", path);
    printf("%s %llu %016llx\n", path, (unsigned long long)size, (unsigned long long)hash);
}

static void walk(IStorage *from, const char *path)
{
    IEnumSTATSTG *all;
    STATSTG st;
    need(IStorage_EnumElements(from, 0, NULL, 0, &all), "EnumElements", path);
    while (IEnumSTATSTG_Next(all, 1, &st, NULL) == S_OK) {
        char name[1024];
        IStorage *storage;
        IStream *stream;
        snprintf(name, sizeof name, "%s/%ls", path, st.pwcsName);
        if (st.type == STGTY_STORAGE) {
            need(IStorage_OpenStorage(from, st.pwcsName, NULL, STGM_READ | EXCLUSIVE, NULL, 0,
                                      &storage),
                 "OpenStorage", name);
            printf("%s/\n", name);
            walk(storage, name);
            IStorage_Release(storage);
        } else {
            need(IStorage_OpenStream(from, st.pwcsName, NULL, STGM_READ | EXCLUSIVE, 0, &stream),
                 "OpenStream", name);
            read_stream(stream, &st, name);
            IStream_Release(stream);
        }
        CoTaskMemFree(st.pwcsName);
    }
    IEnumSTATSTG_Release(all);
}

/* Copies a whole storage with the system's own writer: a file laid out as Windows lays it out. */
static void copy(IStorage *from, const WCHAR *to)
{
    IStorage *out;
    need(StgCreateDocfile(to, STGM_CREATE | STGM_READWRITE | EXCLUSIVE, 0, &out),
         "StgCreateDocfile", "");
    need(IStorage_CopyTo(from, 0, NULL, NULL, out), "CopyTo", "");
    need(IStorage_Commit(out, STGC_DEFAULT), "Commit", "");
    IStorage_Release(out);
}

int wmain(int argc, WCHAR **argv)
{
    IStorage *root;
    if (argc < 2)
        return 2;
    need(CoInitialize(NULL), "CoInitialize", "");
    need(StgOpenStorage(argv[1], NULL, STGM_READ | STGM_SHARE_DENY_WRITE, NULL, 0, &root),
         "StgOpenStorage", "");
    walk(root, "");
    if (argc > 2)
        copy(root, argv[2]);
    IStorage_Release(root);
    CoUninitialize();
    return 0;
}
