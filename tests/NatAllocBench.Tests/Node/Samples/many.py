#!/usr/bin/env python3
"""Writes a list of many entries, for the speed of diagnose: many.py LINES DESTINATIONS > list.txt"""
import sys

lines, destinations = int(sys.argv[1]), int(sys.argv[2])
out = sys.stdout
for i in range(lines):
    d = i % destinations
    remote = f"198.{18 + (d >> 16)}.{d >> 8 & 255}.{d & 255}"
    port = 1024 + i // destinations % 64512
    client = f"10.{i >> 16 & 127}.{i >> 8 & 255}.{i & 255}"
    out.write(
        f"ipv4     2 tcp      6 {i % 120} TIME_WAIT src={client} dst={remote} sport={port} dport=443 "
        f"src={remote} dst=192.0.2.1 sport=443 dport={port} [ASSURED] mark=0 use=1\n")
