#!/usr/bin/env python3
"""Writes the parts of the documentation that list options, from what the program says of itself.

The option reference of docs/cli.md and the settings of a stream in docs/configuration.md stand between
`<!-- reference -->` and `<!-- end of reference -->`.

  scripts/reference.py            # writes them
  scripts/reference.py --check    # ends with 1 if they are not up to date
"""
import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- reference -->\n", "<!-- end of reference -->\n"
ANALYSIS = ["Network", "Thresholds", "Tracking", "Drawing", "Drawing who is who", "Court and side", "Drawing an analysis"]


def commands(command, path=()):
    """All commands with their arguments, by their full names."""
    found = []
    for sub in command.get("subcommands", []):
        name = (*path, sub["commandName"])
        if sub["commandName"] != "help":
            found += [(" ".join(name), sub["arguments"]), *commands(sub, name)] if "arguments" in sub else commands(sub, name)
    return found


class Option:
    """An option or argument as a row of a table."""

    def __init__(self, argument, inverse):
        names = argument.get("names") or []
        longs = [name["name"] for name in names if name["kind"] == "long"]
        self.long = longs[0] if longs else None
        self.is_flag = argument["kind"] == "flag"
        self.inverse = inverse
        self.value = argument.get("valueName")
        short = "".join(f"-{name['name']}, " for name in names if name["kind"] == "short")
        text = argument.get("abstract") or ""
        stated = re.search(r"\s*Default: (.*?)\.(?=\s|$)", text)
        default = argument.get("defaultValue")
        if self.is_flag:
            default = "yes" if inverse and default == f"--{self.long}" else "no"
        elif stated:
            default = stated.group(1)
        default = default or ""
        self.default = "" if default.startswith("given(") else re.sub(r"^(\d+)\.0$", r"\1", default)
        self.meaning = re.sub(r"\s*Default: .*?\.(?=\s|$)", "", text).strip() if stated else text
        if argument["kind"] == "positional":
            self.written = f"`{self.value.upper()}`"
        elif self.is_flag:
            self.written = f"`{short}--{'[no-]' if inverse else ''}{self.long}`"
        else:
            self.written = f"`{short}--{self.long} {self.value.upper()}`"

    def row(self):
        return f"| {cell(self.written)} | {cell(self.default)} | {cell(self.meaning)} |"

    def field(self):
        """The row for a configuration, in which names have `_` for `-`."""
        rename = lambda text: re.sub(r"--([a-z]+(?:-[a-z]+)*)", lambda match: f"`{match[1].replace('-', '_')}`", text)
        default = {"yes": "`true`", "no": "`false`"}.get(self.default, rename(self.default)) if self.is_flag else rename(self.default)
        return f"| `{self.long.replace('-', '_')}` | {cell(default)} | {cell(rename(self.meaning))} |"


def cell(text):
    return text.replace("|", "\\|")


def options(arguments):
    """The options of a command by section, without what every command has."""
    sections = {}
    names = {name["name"] for argument in arguments for name in argument.get("names") or [] if name["kind"] == "long"}
    for argument in arguments:
        longs = [name["name"] for name in argument.get("names") or [] if name["kind"] == "long"]
        if longs and (longs[0] in ("help", "version") or longs[0].startswith("no-") and longs[0][3:] in names):
            continue
        inverse = bool(longs) and f"no-{longs[0]}" in names
        sections.setdefault(argument.get("sectionTitle"), []).append(Option(argument, inverse))
    return sections


def command_line(described):
    """A table for each group of options, with the commands that have it."""
    own, groups = [], {}
    for name, arguments in described:
        for title, found in options(arguments).items():
            rows = tuple(option.row() for option in found)
            if title:
                groups.setdefault((title, rows), []).append(name)
            else:
                own.append((name, rows))
    head = "| option | default | meaning |\n|---|---|---|\n"
    text = ""
    for name, rows in own:
        shared = [title for (title, _), names in groups.items() if name in names]
        text += f"### {name}\n\n" + (f"Also: {', '.join(shared)}.\n\n" if shared else "") + head + "\n".join(rows) + "\n\n"
    for (title, rows), names in groups.items():
        text += f"### {title}: {', '.join(names)}\n\n{head}" + "\n".join(rows) + "\n\n"
    return text


def settings(described):
    """The settings of a stream's analysis."""
    sections = options(dict(described)["stream"])
    rows = [option.field() for title in ANALYSIS for option in sections[title]]
    return "| field | default | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--program", default=f"{ROOT}/.build/kapao-video")
    arguments = parser.parse_args()
    help_text = subprocess.run([arguments.program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    described = commands(json.loads(help_text)["command"])
    outdated = []
    for name, text in [("cli.md", command_line(described)), ("configuration.md", settings(described))]:
        path = f"{ROOT}/docs/{name}"
        with open(path, encoding="utf-8") as file:
            old = file.read()
        before, rest = old.split(BEGIN)
        new = f"{before}{BEGIN}\n{text}{END}{rest.split(END)[1]}"
        if new == old:
            continue
        outdated.append(name)
        if not arguments.check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(new)
    if arguments.check and outdated:
        sys.exit(f"not up to date: {', '.join(outdated)}; run scripts/reference.py")


if __name__ == "__main__":
    main()
