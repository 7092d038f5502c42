#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The first and only program of the guest: shows what qdiag does on a real kernel's USB, one line for
# each case on the first serial port:
#   qdiag-test: ok CASE
#   qdiag-test: FAIL CASE: REASON; REASON…
# The second serial port leads to usb_redir, which owns the other end of the USB cables. At the end
# the files go out through the third one, as a tar.
export PATH=/bin:/sbin:/usr/local/bin LD_LIBRARY_PATH=/usr/local/lib
export ASAN_OPTIONS=detect_leaks=0 # it would trace the program, and there is no room for that here

IDS=usb:2c7c:0125
SYS=/sys/bus/usb/devices

say() { echo "qdiag-test: $*"; }

# A case fails with the first reason and goes on, so that one boot shows as much as it can.
fail() { why="$why; $*"; }

# ctl DEVICE VERB [N]: one question to usb_redir; its answer is in $answer.
ctl() {
    echo "$*" >&3
    read -t 30 -r answer <&3 || answer=silence
    case $answer in
    ok | held | seen*) ;;
    *) fail "usb_redir says $answer to $*" ;;
    esac
}

# await COMMAND…: until it succeeds, 100 times a tenth of a second.
await() {
    n=0
    until "$@"; do
        n=$((n + 1))
        [ $n -lt 100 ] || return 1
        sleep 0.1
    done
}
there() { [ -e "$1" ]; }
gone() { [ ! -e "$1" ]; }

# The driver of an interface, and the interface of a serial port: names as sysfs has them.
driver_of() { [ ! -e $SYS/$1/driver ] || basename "$(readlink $SYS/$1/driver)"; }
face_of() { basename "$(readlink -f /sys/class/tty/$1/device/..)"; }
bound() { [ "$(driver_of $1)" = option ]; }

# Interface 0 is the serial driver's, and /dev/ttyUSB0 is its port, as before the run.
given_back() {
    await bound 1-1:1.0 || {
        fail "interface 0 has driver '$(driver_of 1-1:1.0)', not option"
        return
    }
    await there /dev/ttyUSB0 || fail "/dev/ttyUSB0 is not back"
    [ "$(face_of ttyUSB0)" = 1-1:1.0 ] || fail "ttyUSB0 belongs to $(face_of ttyUSB0)"
}

# command_of NAME ADDRESS: the words of a backup that makes /out/NAME/unit.xqcn.
command_of() {
    mkdir -p /out/$1
    echo "qdiag backup --progress=none --timeout 10000 --nv-range 0-600 -d $2 --xqcn /out/$1/unit.xqcn"
}

# backup NAME ADDRESS CODE: a whole run that must end with that exit code.
backup() {
    $(command_of $1 $2) >/tmp/out 2>/tmp/err
    rc=$?
    [ $rc = $3 ] || fail "backup $1 over $2: exit $rc, not $3: $(tr '\n' '|' </tmp/err)"
}

# start NAME ADDRESS N: a run in the background, stopped at its N-th request; $run is its process.
start() {
    ctl 0 hold $3
    $(command_of $1 $2) >/tmp/out.run 2>/tmp/err.run &
    run=$!
    ctl 0 wait
    [ -d /proc/$run ] || fail "the run over $2 ended early: $(tr '\n' '|' </tmp/err.run)"
}

# finish CODE: waits for that run.
finish() {
    wait $run
    rc=$?
    [ $rc = $1 ] || fail "the stopped run: exit $rc, not $1: $(tr '\n' '|' </tmp/err.run)"
}

# busy ADDRESS PATTERN: a second program is refused with exit 7 and told who has the port.
busy() {
    qdiag info -d $1 >/tmp/out 2>/tmp/err
    rc=$?
    [ $rc = 7 ] || fail "second program on $1: exit $rc, not 7: $(tr '\n' '|' </tmp/err)"
    grep -q "$2" /tmp/err || fail "no '$2' in: $(tr '\n' '|' </tmp/err)"
}

# Only the wanted files are in a run's folder.
only() {
    found=$(cd /out/$1 && ls -A | tr '\n' ' ')
    [ "$found" = "$2" ] || fail "/out/$1 holds '$found', not '$2'"
}
BOTH='unit.xqcn unit.xqcn.manifest.json '

# ---- cases ----

enumerated() {
    for i in 0 1 2; do
        await there /dev/ttyUSB$i || fail "no ttyUSB$i"
        [ "$(driver_of 1-1:1.$i)" = option ] || fail "interface $i has driver '$(driver_of 1-1:1.$i)'"
    done
    there $SYS/1-1:1.3 || fail "no interface 3"
    gone $SYS/1-1:1.3/driver || fail "interface 3 has driver $(driver_of 1-1:1.3)"
    gone /dev/ttyUSB3 || fail "there is a ttyUSB3"
}

listed() {
    mkdir -p /out/list
    qdiag list --json --show-identity >/out/list/one.json 2>/tmp/err ||
        fail "list: $(tr '\n' '|' </tmp/err)"
}

usb_backup() {
    backup usb $IDS 0
    given_back
}

tty_backup() {
    backup tty tty:/dev/ttyUSB0 0
    given_back
}

# As a user who may use the USB node, and nothing else: giving the driver back needs no root.
user_backup() {
    node=/dev/bus/usb/001/$(printf %03d $(cat $SYS/1-1/devnum))
    mkdir -p /out/user
    chown 1000 /out/user
    as_user="su user -c"
    $as_user "qdiag info -d $IDS" >/tmp/out 2>/tmp/err
    rc=$?
    [ $rc = 7 ] || fail "without permission: exit $rc, not 7: $(tr '\n' '|' </tmp/err)"
    grep -q "no write access to $node" /tmp/err || fail "$(tr '\n' '|' </tmp/err)"
    bound 1-1:1.0 || fail "the driver is gone after a run without permission"
    chown 1000 $node
    $as_user "$(command_of user $IDS)" >/tmp/out 2>/tmp/err
    rc=$?
    [ $rc = 0 ] || fail "as a user: exit $rc, not 0: $(tr '\n' '|' </tmp/err)"
    given_back
}

usb_busy() {
    start usb_busy $IDS 100
    [ "$(driver_of 1-1:1.0)" = usbfs ] || fail "driver '$(driver_of 1-1:1.0)' during the run"
    gone /dev/ttyUSB0 || fail "/dev/ttyUSB0 is there during the run"
    busy $IDS "held by process $run (qdiag)"
    ctl 0 go
    finish 0
    given_back
}

tty_busy() {
    start tty_busy tty:/dev/ttyUSB0 100
    busy tty:/dev/ttyUSB0 "held by process $run (qdiag)"
    busy $IDS "serial port /dev/ttyUSB0 is held by process $run (qdiag)"
    ctl 0 go
    finish 0
    given_back
}

# Whether nobody waits for a reply any more. A killed program's transfers end a little after it.
unheard() {
    ctl 0 seen
    set -- $answer
    [ "$5" = 0 ]
}

# Replies that came too late for the killed run wait for the next one.
stale() {
    await unheard || fail "the killed run's transfers are still there: $answer"
    ctl 0 go
    ctl 0 seen
    set -- $answer
    [ "$4" -ge 1 ] || fail "no stale reply: $answer"
}
drained() {
    ctl 0 seen
    set -- $answer
    [ "$4" = 0 ] || fail "replies are left over: $answer"
}

usb_killed() {
    start usb_killed $IDS 200
    kill -9 $run
    finish 137
    gone $SYS/1-1:1.0/driver || fail "interface 0 has driver $(driver_of 1-1:1.0) after kill -9"
    stale
    rm -rf /out/usb_killed
    backup usb_killed $IDS 0
    only usb_killed "$BOTH"
    drained
    given_back
}

tty_killed() {
    start tty_killed tty:/dev/ttyUSB0 200
    kill -9 $run
    finish 137
    stale
    rm -rf /out/tty_killed
    backup tty_killed tty:/dev/ttyUSB0 0
    only tty_killed "$BOTH"
    drained
    given_back
}

# replugged NAME ADDRESS: the cable is pulled in mid-run while an older file is there.
replugged() {
    backup $1 $2 0
    before=$(cat /out/$1/* | md5sum)
    address=$(cat $SYS/1-1/devnum)
    start $1 $2 150
    ctl 0 unplug
    finish 9
    grep -q 'the link to the unit is gone' /tmp/err.run || fail "$(tr '\n' '|' </tmp/err.run)"
    [ "$(cat /out/$1/* | md5sum)" = "$before" ] || fail "the older file has changed"
    only $1 "$BOTH"
    await gone $SYS/1-1 || fail "1-1 is still there"
    ctl 0 plug
    await there /dev/ttyUSB2 || fail "ttyUSB2 has not come back"
    given_back
    [ "$(cat $SYS/1-1/devnum)" != "$address" ] || fail "the address is still $address"
    rm -rf /out/$1
    backup $1 $2 0
    given_back
}
usb_replugged() { replugged usb_replugged $IDS; }
tty_replugged() { replugged tty_replugged tty:/dev/ttyUSB0; }

# stopped SIGNAL CODE: by a signal in mid-run.
stopped() {
    start stopped $IDS 120
    kill -$1 $run
    finish $2
    only stopped ''
    given_back
    ctl 0 go
}
interrupted() { stopped INT 130; }
terminated() { stopped TERM 143; }

# The other module has its first serial port at interface 3, and the first one comes back last.
two_units() {
    ctl 0 unplug
    await gone $SYS/1-1 || fail "1-1 is still there"
    ctl 1 plug
    await there /dev/ttyUSB2 || fail "no ports of the second unit"
    ctl 0 plug
    await there /dev/ttyUSB5 || fail "no ports of the first unit"
    for pair in 0=1-2:1.3 1=1-2:1.4 2=1-2:1.5 3=1-1:1.0 4=1-1:1.1 5=1-1:1.2; do
        [ "$(face_of ttyUSB${pair%=*})" = ${pair#*=} ] ||
            fail "ttyUSB${pair%=*} is $(face_of ttyUSB${pair%=*}), not ${pair#*=}"
    done
    qdiag list --json --show-identity >/out/list/two.json 2>/tmp/err ||
        fail "list: $(tr '\n' '|' </tmp/err)"
    qdiag info -d auto >/tmp/out 2>/tmp/err
    rc=$?
    [ $rc = 6 ] || fail "auto with two units: exit $rc, not 6: $(tr '\n' '|' </tmp/err)"
    backup second usb:2c7c:0128@1-2 0
    backup second_tty tty:/dev/ttyUSB0 0
    backup first tty:/dev/ttyUSB3 0
}

nothing_written() {
    for i in 0 1; do
        ctl $i seen
        set -- $answer
        [ "$2" -gt 1000 ] || fail "unit $i has seen only $2 requests"
        [ "$3" = 0 ] || fail "unit $i has seen $3 writes"
    done
}

run_case() {
    why=
    $1
    if [ -z "$why" ]; then
        say "ok $1"
    else
        say "FAIL $1: ${why#; }"
    fi
}

# ---- the boot ----

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
echo 'user:x:1000:1000::/tmp:/bin/sh' >/etc/passwd
for tty in ttyS1 ttyS2; do
    stty -F /dev/$tty raw -echo
done
exec 3<>/dev/ttyS1
modprobe xhci-pci
await there $SYS/1-1 || say "FAIL boot: no device on the USB"
modprobe option
say "kernel $(uname -r)"
for c in $(echo ${cases:?} | tr , ' '); do # from the kernel's command line
    run_case $c
done
tar -c -f /dev/ttyS2 -C /out .
say "done"
poweroff -f
