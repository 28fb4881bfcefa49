#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# servers.py FOLDER PORT=ROLE... - servers that speak just enough to be probed, or fail in
# a way of their own. Certificates are FOLDER/good.pem and FOLDER/expired.pem, with .key.
# Says "ready" when all ports listen.
import socket, ssl, sys, threading, time
folder = sys.argv[1]
def context(name):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.pem.key")
    return c
def imap(s):
    s.sendall(b"* OK lab ready\r\n")
    for line in s.makefile("rb"):
        tag = line.split()[0]
        if b"CAPABILITY" in line: s.sendall(b"* CAPABILITY IMAP4rev1\r\n")
        s.sendall(tag + b" OK done\r\n")
        if b"LOGOUT" in line: return
def smtp(s):
    s.sendall(b"220-lab\r\n220 ESMTP\r\n")
    for line in s.makefile("rb"):
        s.sendall(b"250-lab\r\n250 STARTTLS\r\n" if line[:4] == b"EHLO" else b"220 go\r\n")
        if line[:8] == b"STARTTLS": break
    s = context("good").wrap_socket(s, server_side=True)
    s.makefile("rb").readline()
    s.sendall(b"221 bye\r\n")
def plain_smtp(s):
    s.sendall(b"220 lab ESMTP\r\n")
    for line in s.makefile("rb"):
        s.sendall(b"221 bye\r\n" if line[:4] == b"QUIT" else b"250 lab\r\n")
        if line[:4] == b"QUIT": return
def http(s): s.recv(1000); s.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
def tls(name, role=imap): return lambda s: role(context(name).wrap_socket(s, server_side=True))
def no_tls(s): s.recv(100); s.sendall(b"* OK I speak no TLS here\r\n")
def refuses(s): s.sendall(b"554 go away\r\n")
def endless(s):
    while True: s.sendall(b"220-" + b"x" * 5000 + b"\r\n")
def binary(s): s.sendall(bytes(range(1, 256)) + b"\x1b[31m\r\n")
def silent(s): time.sleep(30)
roles = {"imaps": tls("good"), "imaps-expired": tls("expired"), "imap": imap, "smtps": tls("good", plain_smtp),
         "smtp": smtp, "plain-smtp": plain_smtp, "http": http, "https": tls("good", http),
         "no-tls": no_tls, "refuses": refuses, "endless": endless, "binary": binary, "silent": silent}
for argument in sys.argv[2:]:
    port, role = int(argument.split("=")[0]), roles[argument.split("=")[1]]
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    def serve(listener=listener, role=role):
        while True:
            s, _ = listener.accept()
            def one(s=s):
                try: role(s)
                except Exception: pass
                finally: s.close()
            threading.Thread(target=one, daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
print("ready", flush=True)
time.sleep(600)
