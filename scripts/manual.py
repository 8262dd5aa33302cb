#!/usr/bin/env python3
"""Writes the manual: scripts/manual.py PROGRAM FOLDER.

Section 1 has a page for each command, from what the program says of itself; section 5 is the configuration, from docs/configuration.md.
go-md2man makes the pages. SOURCE_DATE_EPOCH is their date.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def escaped(text):
    return re.sub(r"([\\*_`<>\[\]|#~])", r"\\\1", text)


def paragraphs(text):
    """Lines that are indented stay as they are, as examples do."""
    lines = []
    for line in text.splitlines():
        lines.append("    " + line if line.startswith("  ") else escaped(line))
        if lines[-1].startswith("    ") and len(lines) > 1 and lines[-2] and not lines[-2].startswith("    "):
            lines.insert(-1, "")
    return "\n".join(lines)


def names(argument):
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        return f"*{escaped(value)}*"
    shown = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]]
    text = ", ".join(f"**{escaped(name)}**" for name in shown)
    return text + (f" *{escaped(value)}*" if argument["kind"] == "option" else "")


def page(command, path, version, date):
    title = "-".join(path)
    lines = [f'% {title} 1 {date} "kapao-video {version}"', "", "# NAME", f"{title} - {escaped(command['abstract'])}", ""]
    arguments = [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay", True)]
    subcommands = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]
    usage = [f"**{escaped(' '.join(path))}**"]
    if any(argument["kind"] != "positional" for argument in arguments):
        usage.append("[*options*]")
    usage += ["*command*"] if subcommands else []
    usage += [names(argument) for argument in arguments if argument["kind"] == "positional"]
    lines += ["# SYNOPSIS", " ".join(usage), ""]
    if command.get("discussion"):
        lines += ["# DESCRIPTION", paragraphs(command["discussion"]), ""]
    if subcommands:
        lines += ["# COMMANDS"]
        for sub in subcommands:
            lines += [f"**{escaped('-'.join(path + [sub['commandName']]))}**(1)", f": {escaped(sub['abstract'])}", ""]
    section = None
    for argument in arguments:
        if argument.get("sectionTitle") != section or lines[-1] != "" or "# OPTIONS" not in lines:
            if "# OPTIONS" not in lines:
                lines += ["# OPTIONS", ""]
            if argument.get("sectionTitle") and argument.get("sectionTitle") != section:
                lines += [f"## {argument['sectionTitle']}", ""]
            section = argument.get("sectionTitle")
        text = argument.get("abstract") or argument["kind"]
        if argument.get("allValues"):
            text += f" ({', '.join(argument['allValues'])})"
        if argument.get("defaultValue") and argument["kind"] == "option":
            text += f" Default: {argument['defaultValue']}."
        lines += [names(argument), f": {escaped(' '.join(text.split()))}", ""]
    lines += ["# SEE ALSO", "**kapao-video**(1), **kapao-video.yaml**(5), /usr/share/doc/kapao-video/", ""]
    return title, "\n".join(lines)


def configuration(version, date):
    body = (ROOT / "docs/configuration.md").read_text(encoding="utf-8").partition("\n")[2]
    body = re.sub(r"<!--.*?-->\n?", "", body)
    body = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", body)
    body = re.sub(r"^#(#+) ", r"\1 ", body, flags=re.M)
    return (
        f'% kapao-video.yaml 5 {date} "kapao-video {version}"\n\n# NAME\n'
        f"kapao-video.yaml - configuration of kapao-video serve\n\n# DESCRIPTION\n{body}\n\n# SEE ALSO\n**kapao-video-serve**(1)\n")


def convert(name, section, text, folder):
    result = subprocess.run(["go-md2man"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    (folder / f"{name}.{section}").write_bytes(result.stdout)


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
    dump = subprocess.run([program, "--experimental-dump-help"], stdout=subprocess.PIPE, check=True)
    version = subprocess.run([program, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()[1]

    def write(command, path):
        convert(*(lambda named: (named[0], 1, named[1]))(page(command, path, version, date)), folder)
        for sub in command.get("subcommands", []):
            if sub["commandName"] != "help":
                write(sub, path + [sub["commandName"]])

    write(json.loads(dump.stdout)["command"], ["kapao-video"])
    convert("kapao-video.yaml", 5, configuration(version, date), folder)


if __name__ == "__main__":
    main()
