#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Rehearses what a newcomer does: makes a minimal Debian 12 root with debootstrap (no compiler, no
# libraries), clones this repository into it and runs README's two commands there. Not part of
# `make check`: it needs root, debootstrap and a package mirror, and takes minutes.
#
#   tests/check/minimal-root.sh [--keep] [--base FILE.tar] [--only demo|test] [WORK-FOLDER]
#
# The mirror, keys and proxy settings are the host's own; none of them is written into the tree.
# --base keeps the bare root as a tar file (made when it is missing) so that a second run is quick.
set -u -o pipefail

keep=0 base='' only='' work=''
while [ $# -gt 0 ]; do
    case $1 in
    --keep) keep=1 ;;
    --base) base=${2:?--base needs a file}; shift ;;
    --only) only=${2:?--only needs demo or test}; shift ;;
    -h | --help) sed -n '4,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "unknown option $1" >&2; exit 2 ;;
    *) work=$1 ;;
    esac
    shift
done

repo=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" = 0 ] || { echo "minimal-root: must run as root" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "minimal-root: debootstrap is not installed" >&2; exit 2; }
[ -e "$repo/.git" ] || { echo "minimal-root: $repo is not a git checkout" >&2; exit 2; }
[ -n "$work" ] || work=$(mktemp -d "${TMPDIR:-/tmp}/qdiag-root.XXXXXX")
mkdir -p "$work" || exit 2
root=$work/root

say() { printf 'minimal-root: %s\n' "$*"; }

# First archive address of the host's sources, either format.
host_mirror() {
    {
        cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '$1 == "URIs:" { print $2 }'
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
            awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) print $i }'
    } | grep -v security | head -n 1
}

# apt inside the root must reach what apt on the host reaches.
copy_apt_setup() {
    rm -f "$root/etc/apt/sources.list"
    cp /etc/apt/sources.list "$root/etc/apt/" 2>/dev/null
    cp /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list \
        "$root/etc/apt/sources.list.d/" 2>/dev/null
    cp /etc/apt/trusted.gpg.d/* "$root/etc/apt/trusted.gpg.d/" 2>/dev/null
    mkdir -p "$root/usr/share/keyrings" "$root/etc/apt/keyrings"
    cp -n /usr/share/keyrings/* "$root/usr/share/keyrings/" 2>/dev/null
    cp -n /etc/apt/keyrings/* "$root/etc/apt/keyrings/" 2>/dev/null
    apt-config dump | grep -iE '^Acquire::(https?::proxy|check|retries|indextargets)' \
        >"$root/etc/apt/apt.conf.d/90host"
    cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null
    return 0
}

mounted=()
unmount_all() {
    local i
    for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do
        umount "${mounted[i]}" 2>/dev/null || umount -l "${mounted[i]}" 2>/dev/null
    done
    mounted=()
}

# try_mount TARGET MOUNT-ARGUMENTS…
try_mount() {
    local target=$1
    shift
    mkdir -p "$target"
    mount "$@" "$target" 2>/dev/null && mounted+=("$target")
}

mount_all() {
    try_mount "$root/proc" -t proc proc || try_mount "$root/proc" --bind /proc ||
        say "note: no /proc in the root"
    try_mount "$root/dev/pts" -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts ||
        try_mount "$root/dev/pts" --bind /dev/pts || say "note: no /dev/pts in the root"
    try_mount "$root/dev/shm" -t tmpfs tmpfs || say "note: no /dev/shm in the root"
    local node
    for node in null:3 zero:5 full:7 random:8 urandom:9; do
        [ -c "$root/dev/${node%:*}" ] ||
            mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}" 2>/dev/null
    done
    rm -f "$root/dev/ptmx"
    ln -s pts/ptmx "$root/dev/ptmx"
}

finish() {
    unmount_all
    if [ "$keep" = 1 ]; then
        say "root kept in $root"
    elif ! grep -q " $root" /proc/mounts; then
        rm -rf --one-file-system "$root"
        rmdir "$work" 2>/dev/null
    fi
}
trap finish EXIT
trap 'exit 130' INT TERM

make_root() {
    if [ -n "$base" ] && [ -f "$base" ]; then
        say "unpacking $base"
        mkdir -p "$root" && tar -C "$root" -xpf "$base"
        return
    fi
    local mirror
    mirror=$(host_mirror)
    [ -n "$mirror" ] || { say "no package mirror in the host's apt sources"; return 1; }
    say "debootstrap --variant=minbase bookworm"
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || {
        tail -n 20 "$work/debootstrap.log"
        return 1
    }
    [ -z "$base" ] || tar -C "$root" --one-file-system -cpf "$base" .
}

# run NAME COMMAND…: in the root, with a bare environment; keeps the exit code in rc_NAME.
failed=0
run() {
    local name=$1 start=$SECONDS rc
    shift
    say "running $* in the root"
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8 ${CI:+CI="$CI"} \
        chroot "$root" /bin/sh -c 'cd /root/qdiag && exec "$@"' sh "$@" </dev/null
    rc=$?
    say "$name: exit $rc after $((SECONDS - start)) s"
    [ $rc = 0 ] || failed=1
}

make_root || exit 1
copy_apt_setup
mount_all
if ! chroot "$root" /bin/true; then
    say "chroot does not work here"
    exit 1
fi
say "compiler in the root before: $(chroot "$root" /bin/sh -c 'command -v cc || echo none')"
git clone -q "file://$repo" "$root/root/qdiag" || exit 1
say "commit $(git -C "$root/root/qdiag" rev-parse --short HEAD)"

if [ -z "$only" ] || [ "$only" = demo ]; then
    run demo ./demo
    [ -s "$root/root/qdiag/out.xqcn" ] || { say "demo left no out.xqcn"; failed=1; }
fi
if [ -z "$only" ] || [ "$only" = test ]; then
    run test ./test
fi
if [ $failed = 0 ]; then say "passed"; else say "FAILED"; fi
exit $failed
