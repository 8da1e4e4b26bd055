#!/usr/bin/env python3
"""Copy freshly made tables, keeping the thirteen that seccomp filters are made for.

usage: keep.py MADE DATA

MADE holds what gen_tables.py and gen_signatures.py wrote, DATA is the directory above this one. Files kept by hand
(families.tsv, aliases.tsv, arch_bounds.tsv, since.tsv) are not touched."""

import sys

TABLES = (
    "x86_64 x32 i386 aarch64 arm riscv64 riscv32 loongarch64 s390x powerpc64 powerpc mips64 mips"
).split()


def read(path):
    with open(path) as file:
        head, *rows = file.read().splitlines()
    return head, rows


def write(path, head, rows):
    with open(path, "w") as file:
        file.write("\n".join([head, *rows]) + "\n")


made, data = sys.argv[1:3]
names = set()
for table in TABLES:
    head, rows = read(f"{made}/{table}.tsv")
    names.update(row.split("\t")[1] for row in rows)
    write(f"{data}/syscalls/{table}.tsv", head, rows)

head, rows = read(f"{made}/signatures.tsv")
write(f"{data}/signatures/signatures.tsv", head, [row for row in rows if row.split("\t")[0] in names])
for name in ("variants", "unimplemented"):
    head, rows = read(f"{made}/{name}.tsv")
    write(f"{data}/signatures/{name}.tsv", head, [row for row in rows if row.split("\t")[0] in TABLES])
