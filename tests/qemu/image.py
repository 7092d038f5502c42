# SPDX-License-Identifier: BSD-3-Clause
#
# What QEMU boots: Debian's kernel, fetched once and kept in the build folder, and an initramfs with
# busybox, the few modules that USB serial ports need, and an installed qdiag with its libraries.
import os
import re
import shutil
import subprocess

MODULES = ("usb-common", "usbcore", "xhci-hcd", "xhci-pci", "usbserial", "usb_wwan", "option")
INDEX = ("modules.builtin", "modules.builtin.modinfo", "modules.order")
TOOLS = ("qemu-system-x86_64", "busybox", "cpio", "depmod", "apt-get", "apt-cache", "dpkg-deb",
         "tar", "ldd")
APPLETS = ("sh", "mount", "mkdir", "modprobe", "stty", "poweroff")


class Absent(Exception):
    """Something from outside is missing: the run is skipped."""


def find(tool):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return shutil.which(tool, path=path)


def need_tools():
    missing = [t for t in TOOLS if not find(t)]
    if missing:
        raise Absent("not installed: " + ", ".join(missing))
    if "not a dynamic executable" not in run(["ldd", find("busybox")], fails=True):
        raise Absent("busybox is not static (package busybox-static)")


def run(cmd, fails=False, **kw):
    p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if p.returncode and not fails:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(cmd), p.returncode, p.stdout))
    return p.stdout


def resolve():
    """The package that linux-image-amd64 stands for today; a name pattern would match many."""
    out = run(["apt-cache", "depends", "linux-image-amd64"], fails=True)
    m = re.search(r"Depends: (linux-image-\S+)", out)
    return m.group(1) if m else None


def update_lists():
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and not find("sudo"):
        return
    run(as_root + ["apt-get", "-qq", "update"], fails=True)


def download(folder):
    """The .deb in the folder; a second try with fresh package lists."""
    out = ""
    for attempt in (1, 2):
        name = resolve()
        if name:
            out = run(["apt-get", "-qq", "-o", "Acquire::Retries=3", "download", name], cwd=folder,
                      fails=True)
            deb = [f for f in os.listdir(folder) if f.startswith(name + "_")]
            if deb:
                return os.path.join(folder, deb[0])
        if attempt == 1:
            update_lists()
    raise Absent("the kernel of linux-image-amd64 cannot be downloaded: "
                 + (out.strip().splitlines() or ["apt does not know it"])[-1])


def unpack(deb, folder):
    """Only what is booted: the package unpacks to 400 MB."""
    data = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    wanted = ["./boot/vmlinuz-*"] + ["./lib/modules/*/" + i for i in INDEX]
    wanted += ["./lib/modules/*/%s.ko" % m for m in MODULES]
    run(["tar", "-x", "-C", folder, "--wildcards"] + wanted, stdin=data.stdout)
    data.stdout.close()
    if data.wait():
        raise RuntimeError("%s cannot be unpacked" % deb)


def kernel(cache):
    """(vmlinuz, root with lib/modules, version), from the cache when it is there."""
    if not os.path.isdir(cache):
        new = cache + ".new"
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new)
        deb = download(new)
        unpack(deb, new)
        os.unlink(deb)
        os.rename(new, cache)
    image = [f for f in os.listdir(cache + "/boot") if f.startswith("vmlinuz-")][0]
    return cache + "/boot/" + image, cache, image[len("vmlinuz-"):]


def libraries(program, libdir):
    env = dict(os.environ, LD_LIBRARY_PATH=libdir)
    out = run(["ldd", program], env=env)
    if "not found" in out:
        raise RuntimeError("ldd %s:\n%s" % (program, out))
    return re.findall(r"(/\S+) \(0x", out)


def initramfs(work, root, version, program, libdir, script, share):
    """A cpio file; the program and its libraries come to /usr/local as they were installed."""
    top = work + "/initramfs"
    for d in ("bin", "sbin", "etc", "proc", "sys", "dev", "tmp", "out", "usr/local/bin", "usr/local/lib",
              "usr/local/share", "lib64"):
        os.makedirs(top + "/" + d)
    shutil.copy(find("busybox"), top + "/bin/busybox")
    for a in APPLETS:
        os.symlink("busybox", top + "/bin/" + a)
    os.symlink("../bin/busybox", top + "/sbin/modprobe")  # what the kernel itself calls
    shutil.copytree(root + "/lib/modules", top + "/lib/modules")
    run([find("depmod"), "-b", top, version])
    shutil.copy(program, top + "/usr/local/bin/qdiag")
    shutil.copytree(share, top + "/usr/local/share/qdiag")
    for lib in libraries(program, libdir):
        to = "lib64" if os.path.basename(lib).startswith("ld-linux") else "usr/local/lib"
        shutil.copy(os.path.realpath(lib), "%s/%s/%s" % (top, to, os.path.basename(lib)))
    shutil.copy(script, top + "/init")
    os.chmod(top + "/init", 0o755)
    out = work + "/initramfs.cpio"
    with open(out, "wb") as f:
        names = subprocess.run(["find", ".", "-print0"], cwd=top, stdout=subprocess.PIPE, check=True)
        subprocess.run(["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"], cwd=top,
                       input=names.stdout, stdout=f, check=True)
    return out
