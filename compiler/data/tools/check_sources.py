#!/usr/bin/env python3
"""Usage: check_sources.py KERNEL_SOURCE SIGNATURES_DIR

Looks up every source of flags.tsv and effective.tsv in a kernel tree: a row's last column names a file and a function and
quotes code, as in "file, function: `code`"; the code must stand in that function of that file, white space aside. Prints the
rows of which that isn't so, and how many were looked at; ends with 1 if there are any.
"""
import re
import sys

SOURCE = re.compile(r"([\w./-]+\.[chS]), (?:SYSCALL_DEFINE )?(\w+): `([^`]+)`")


def functions(text, name):
    """Each place where `name` is defined or declared: to the brace that closes it, to its semicolon, or to a macro's end."""
    name = re.escape(name)
    starts = rf"^(?:#define {name}\b|SYSCALL_DEFINE\d\(\s*{name}\b|(?:\w[\w \t*]*[ \t*\n])?{name}[ \t]*\()"
    for start in re.finditer(starts, text, re.M):
        body = text[start.start():]
        if body.startswith("#define"):
            end = re.search(r"[^\\]\n|\Z", body)
        else:
            end = re.search(r"\A[^{;]*;|^}", body, re.M)
        yield body[: end.end() if end else len(body)]


def plain(code):
    return "".join(code.split())


def wrong(kernel, source):
    found = SOURCE.search(source)
    if not found:
        return "names no file, function and code"
    path, name, code = found.groups()
    try:
        text = open(f"{kernel}/{path}", encoding="utf-8", errors="replace").read()
    except FileNotFoundError:
        return f"there is no {path}"
    bodies = list(functions(text, name))
    if not bodies:
        return f"{path} has no {name}"
    if not any(plain(code) in plain(body) for body in bodies):
        return f"{name} in {path} has no `{code}`"
    return None


def main():
    kernel, signatures = sys.argv[1:]
    rows = bad = 0
    for table in ("flags.tsv", "effective.tsv"):
        with open(f"{signatures}/{table}", encoding="utf-8") as lines:
            next(lines)
            for line in lines:
                cells = line.rstrip("\n").split("\t")
                rows += 1
                if why := wrong(kernel, cells[-1]):
                    bad += 1
                    print(f"{table}: {cells[0]} {cells[1]}: {why}")
    print(f"{rows} rows, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
