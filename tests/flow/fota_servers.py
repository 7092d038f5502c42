# SPDX-License-Identifier: BSD-3-Clause
"""nginx and vsftpd on free ports of the loopback, without privileges, with temporary configurations
and a certificate authority of their own. Everything is gone when the context ends."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
SBIN = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
NGINX_CONF = """\
%(user)sdaemon off;
master_process off;
pid %(work)s/nginx.pid;
error_log %(work)s/nginx.err;
events { worker_connections 64; }
http {
  access_log %(work)s/nginx.log;
  client_body_temp_path %(work)s/t1; proxy_temp_path %(work)s/t2; fastcgi_temp_path %(work)s/t3;
  uwsgi_temp_path %(work)s/t4; scgi_temp_path %(work)s/t5;
  root %(root)s;
  server {
    listen 127.0.0.1:%(http)d;
    location = /deny { return 403; }
    location = /moved { return 302 /update.zip; }
    location = /broken { return 500; }
    location = /closed { return 444; }
    location /slow/ { alias %(root)s/; limit_rate 500; }
  }
  ssl_certificate %(work)s/server.pem; ssl_certificate_key %(work)s/server.key;
  server { listen 127.0.0.1:%(https)d ssl; }
  server {
    listen 127.0.0.1:%(mutual)d ssl;
    ssl_client_certificate %(work)s/ca.pem; ssl_verify_client on;
  }
}
"""
VSFTPD_CONF = """\
listen=YES
listen_address=127.0.0.1
listen_port=%(ftp)d
pasv_address=127.0.0.1
background=NO
run_as_launching_user=YES
anonymous_enable=YES
local_enable=NO
write_enable=NO
anon_root=%(root)s
secure_chroot_dir=%(work)s/empty
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
log_ftp_protocol=YES
xferlog_enable=YES
vsftpd_log_file=%(work)s/vsftpd.log
"""


def missing():
    """What is not installed, as words."""
    return [x for x in ("nginx", "vsftpd", "openssl") if not shutil.which(x, path=SBIN)]


def free_ports(n):
    """n ports that are free now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except OSError:
        return False


class Authority:
    """A certificate authority, a server certificate for 127.0.0.1 and one for a client."""

    def __init__(self, work):
        self.work = work
        self.make_root("ca", "Test Root")
        self.make_root("other", "Another Root")
        with open(work + "/san", "w") as f:
            f.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        for name in ("server", "client"):
            self.openssl("req", *KEY, "-nodes", "-subj", "/CN=" + name, "-keyout",
                         self.at(name + ".key"), "-out", self.at(name + ".csr"))
            self.openssl("x509", "-req", "-in", self.at(name + ".csr"), "-CA", self.at("ca.pem"),
                         "-CAkey", self.at("ca.key"), "-CAcreateserial", "-days", "2", "-extfile",
                         self.at("san"), "-out", self.at(name + ".pem"))

    def at(self, name):
        return self.work + "/" + name

    def openssl(self, *args):
        subprocess.run(("openssl",) + args, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def make_root(self, name, subject):
        self.openssl("req", "-x509", *KEY, "-nodes", "-days", "2", "-subj",
                     "/CN=" + subject, "-keyout", self.at(name + ".key"), "-out",
                     self.at(name + ".pem"))

    def read(self, name):
        with open(self.at(name), "rb") as f:
            return f.read()


class Servers:
    """HTTP, HTTPS (also one that wants a client certificate) and FTP over one folder, `root`."""

    def __enter__(self):
        self.work = tempfile.mkdtemp(prefix="servers.")
        self.root = self.work + "/root"
        os.mkdir(self.root)
        os.mkdir(self.work + "/empty")
        self.running = []
        try:
            self.authority = Authority(self.work)
            for _ in range(5):  # another program may take a port in between
                if self.start():
                    return self
                self.stop()
            raise AssertionError("the servers do not start: " + self.complaints())
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        self.http, self.https, self.mutual, self.ftp = free_ports(4)
        names = dict(vars(self), user="user root;\n" if os.getuid() == 0 else "")
        for name, conf in (("nginx", NGINX_CONF), ("vsftpd", VSFTPD_CONF)):
            with open("%s/%s.conf" % (self.work, name), "w") as f:
                f.write(conf % names)
        self.launch("nginx", "-p", self.work, "-e", self.work + "/nginx.err", "-c",
                    self.work + "/nginx.conf")
        self.launch("vsftpd", self.work + "/vsftpd.conf")
        end = time.monotonic() + 20
        while not all(map(answers, (self.http, self.https, self.mutual, self.ftp))):
            if time.monotonic() > end or any(p.poll() is not None for p in self.running):
                return False
            time.sleep(0.02)
        return True

    def launch(self, name, *args):
        with open("%s/%s.out" % (self.work, name), "wb") as out:
            self.running.append(subprocess.Popen([shutil.which(name, path=SBIN)] + list(args),
                                                 stdin=subprocess.DEVNULL, stdout=out, stderr=out))

    def complaints(self):
        text = ""
        for name in ("nginx.out", "nginx.err", "vsftpd.out"):
            if os.path.exists(self.work + "/" + name):
                with open(self.work + "/" + name, errors="replace") as f:
                    text += "\n" + f.read()
        return text

    def stop(self):
        for p in self.running:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
            p.wait(20)
        self.running = []

    def __exit__(self, *exc):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)

    def url(self, scheme, path="update.zip", port=None):
        port = port or getattr(self, scheme)
        who = "anonymous:x@" if scheme == "ftp" else ""
        return '"%s://%s127.0.0.1:%d/%s"' % (scheme, who, port, path)

    def log(self, name="nginx"):
        with open("%s/%s.log" % (self.work, name)) as f:
            return f.read()
