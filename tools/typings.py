"""Stubs of the hosts' own modules for pyright, made out of the hosts themselves: what of them the adapters name, and no more.

GIMP's and Krita's Python modules exist only inside GIMP and Krita, so a type checker knows nothing of them. PyGObject and SIP
write a signature into every docstring; this turns those into stubs. What has none is `Any`. Run with a host's own Python, which
has neither this package nor anything else (`make typings` does, in the trees that tests/hosts/setup makes):

    python3 - gimp|krita ADAPTER TARGET < tools/typings.py

ADAPTER: the folder with the adapter's sources. TARGET: where the stubs go. tests/hosts compares what is kept with the real hosts.
"""

import ast
import importlib
import inspect
import keyword
import re
import sys
from pathlib import Path

HEAD = '"""Made by tools/typings.py: what the adapter names of {name}, as {host} has it."""\n\n'
NAMESPACES = ("GLib", "GObject", "Gio", "Atk", "Pango", "PangoCairo", "GdkPixbuf", "Gdk", "Gtk", "Babl", "Gegl", "Gimp", "GimpUi")
VERSIONS = {
    "Atk": "1.0",
    "Pango": "1.0",
    "PangoCairo": "1.0",
    "GdkPixbuf": "2.0",
    "Gdk": "3.0",
    "Gtk": "3.0",
    "Babl": "0.1",
    "Gegl": "0.4",
    "Gimp": "3.0",
    "GimpUi": "3.0",
}
PLAIN = {"int", "float", "str", "bool", "bytes", "object", "None"}
GENERAL = {"list": "list[Any]", "dict": "dict[Any, Any]", "tuple": "tuple[Any, ...]", "class": "Any"}


def names_in(folder):
    """Every name that the sources in a folder use as an attribute, a keyword or an import."""
    found = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.FunctionDef):  # do_activate and its like, which the host calls
                found.add(node.name)
            elif isinstance(node, ast.ImportFrom):
                found |= {alias.name for alias in node.names}
    return found


def attribute(holder, name):
    """An attribute, or None; PyGObject raises NotImplementedError for what Python cannot have."""
    try:
        return getattr(holder, name, None)
    except (AttributeError, NotImplementedError):
        return None


def split(said):
    """At the commas outside of brackets."""
    pieces, depth = [""], 0
    for letter in said:
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += letter
    return [piece.strip() for piece in pieces if piece.strip()]


def gives_octets(function):
    """Whether a function of PyGObject's gives an array of bytes, which arrives as `bytes`."""
    kind = function.get_return_type()
    return kind.get_tag_as_string() == "array" and kind.get_param_type(0).get_tag_as_string() == "guint8"


class Stubs:
    """The stubs of one host's modules. modules: name -> module. used: the names to write. never_none: functions whose docstring
    says that they may give None, which they do not where an adapter runs."""

    def __init__(self, host, modules, used, never_none=()):
        self.host, self.modules, self.used, self.never_none = host, modules, used, set(never_none)
        self.wanted = {name: [] for name in modules}  # classes, in the order in which they came up
        self.named = {name: set() for name in modules}  # other modules that each module's stub names

    # --- types ---

    def type(self, said, module):
        """A type of a docstring as one of a stub; Any for what is not understood."""
        said = said.strip().replace("typing.", "")
        if said.endswith(" or None"):
            return self.type(said[: -len(" or None")], module) + " | None"
        optional = re.fullmatch(r"Optional\[(.+)\]", said)
        if optional:
            return self.type(optional[1], module) + " | None"
        several = re.fullmatch(r"(?:List|Iterable)\[(.+)\]", said)
        if several:
            return f"list[{self.type(several[1], module)}]"
        if said in PLAIN:
            return said
        if said in GENERAL:
            return GENERAL[said]
        space, _, name = said.rpartition(".")
        return self.reference(space or module, name, module) or self.of_qt(said, module) or "Any"

    def reference(self, space, name, module):
        """A class by its name, as the stub of `module` names it; "" when there is none."""
        if space not in self.modules or not inspect.isclass(attribute(self.modules[space], name)):
            return ""
        self.want(space, name)
        if space == module:
            return name
        self.named[module].add(space)
        return f"{space}.{name}"

    def of_qt(self, said, module):
        for part in ("QtCore", "QtGui", "QtWidgets"):
            if inspect.isclass(attribute(sys.modules.get(f"PyQt5.{part}"), said)):
                self.named[module].add(part)
                return f"{part}.{said}"
        return ""

    def want(self, space, name):
        if name not in self.wanted[space]:
            self.wanted[space].append(name)

    # --- functions ---

    def parameters(self, said, module):
        """`label:str=None, *data` as a stub's parameters: a default only where all that follows has one."""
        found = []
        for number, piece in enumerate(split(said)):
            name, _, rest = piece.partition(":")
            kind, _, default = rest.partition("=")
            name = name.partition("=")[0].strip()
            if name == "self":
                continue
            if name.startswith("*"):
                found.append((name if name != "*" else "*args", "Any", True))
                continue
            if not name.isidentifier():
                name = f"a{number}"
            elif keyword.iskeyword(name):
                name += "_"
            hint = self.type(kind, module).replace("list[", "Sequence[") if kind else "Any"
            if default.strip() == "None" and "None" not in hint and hint != "Any":
                hint += " | None"
            found.append((name, hint, "=" in piece))
        if re.search(r"(Func|Callback)\b", said) and "*" not in said:
            found.append(("*user_data", "Any", True))  # PyGObject hands what follows a callback on to it
        return ", ".join(
            f"{name}: {hint}{' = ...' if not name.startswith('*') and all(each[2] for each in found[place:]) else ''}"
            for place, (name, hint, _) in enumerate(found)
        )

    def function(self, name, doc, module, how, gives="", octets=False):
        """The stub of a function from its docstring: several lines are several ways to call it.

        how: method, class, static or plain. gives: the result's type, where the docstring's is another. octets: the result, a
        list by the docstring, is bytes.
        """
        first = {"method": "self", "class": "cls", "static": "", "plain": ""}[how]
        indent = "" if how == "plain" else "    "
        ways = re.findall(rf"^{re.escape(name)}\((.*)\)(?: -> (.+))?$", doc or "", re.MULTILINE)
        lines = []
        for said, back in ways or [("*args, **kwargs", "Any")]:
            results = [self.type(re.sub(r"^\w+:", "", each), module) for each in split(back)] or ["None"]
            if octets and results[0] == "list[Any]":
                results[0] = "bytes"
            result = gives or (results[0] if len(results) == 1 else f"tuple[{', '.join(results)}]")
            if len(ways) > 1:
                lines.append(f"{indent}@overload")
            if how in ("class", "static"):
                lines.append(f"{indent}@{how}method")
            inside = ", ".join(each for each in (first, self.parameters(said, module)) if each)
            if name in self.never_none:
                result, inside = result.replace(" | None", ""), inside.replace(" | None", "")
            lines.append(f"{indent}def {name}({inside}) -> {result}: ...")
        return lines

    def member(self, name, value, module, cls):
        kind, doc = type(value).__name__, getattr(value, "__doc__", "") or ""
        if kind in ("FunctionInfo", "MethodInfo"):
            if value.is_constructor():
                return self.function(name, doc, module, "static", cls.__name__)
            return self.function(name, doc, module, "method" if value.is_method() else "static", octets=gives_octets(value))
        if kind == "VFuncInfo":
            return []
        if kind in ("methoddescriptor", "builtin_function_or_method", "method_descriptor"):
            doc = getattr(getattr(cls, name), "__doc__", "") or ""  # SIP's words are the bound one's
            return self.function(name, doc, module, "static" if doc and "(self" not in doc else "method")
        if "Signal" in kind:
            self.named[module].add("QtCore")
            return [f"    {name}: QtCore.pyqtSignal"]
        if isinstance(value, (staticmethod, classmethod)):
            return self.function(name, "", module, "static" if isinstance(value, staticmethod) else "class")
        if inspect.isfunction(value):
            return self.function(name, "", module, "method")
        if isinstance(value, int):
            return [f"    {name}: {cls.__name__ if issubclass(cls, int) or type(value) is cls else type(value).__name__}"]
        return [f"    {name}: Any"]

    # --- classes ---

    def of_class(self, module, name):
        cls = getattr(self.modules[module], name)
        # PyGObject's own Python on top of a class is a class of the same name
        own = [each for each in cls.__mro__ if each.__name__ == name or each is cls]
        above = [each for each in cls.__mro__ if each not in own]
        parent, base = next(((each, found) for each in above for found in [self.base(each, module)] if found), (object, ""))
        mixed = [each for each in above if each not in parent.__mro__]
        bases = [base, *(self.base(each, module) for each in mixed)]
        members = {}
        for each in [*own, *mixed]:
            for member, value in vars(each).items():
                if member in self.used and not member.startswith("__"):
                    members.setdefault(member, value)
        body = [line for member, value in sorted(members.items()) for line in self.member(member, value, module, cls)]
        if hasattr(cls, "list_properties"):
            names = sorted({each.name.replace("-", "_") for each in cls.list_properties()} & self.used)
            given = "".join(f", {each}: Any = ..." for each in names)
            body.insert(0, f"    def __init__(self, *args: Any{given}) -> None: ...")
        elif issubclass(cls, int):
            body += [
                f"    def __{each}__(self, other: {name}) -> {name}: ...  # type: ignore[override]" for each in ("and", "or")
            ]
        elif not base:
            body.insert(0, "    def __init__(self, *args: Any, **kwargs: Any) -> None: ...")
        if (module, name) == ("GObject", "Object"):
            body.insert(0, "    __gtype__: Any")
        given = ", ".join(each for each in bases if each)
        return [f"class {name}({given}):" if given else f"class {name}:", *(body or ["    ..."]), ""]

    def base(self, cls, module):
        """How a stub names a class that another one stands on; "" when it cannot be named."""
        if cls.__module__.startswith("PyQt5"):
            part = cls.__module__.rpartition(".")[2]
            self.named[module].add(part)
            return f"{part}.{cls.__name__}"
        if issubclass(cls, BaseException):
            return cls.__name__ if cls.__module__ == "builtins" else ""
        if cls.__name__ in ("GEnum", "GFlags", "int", "IntEnum"):
            return "int"
        return self.reference(cls.__module__.rpartition(".")[2], cls.__name__, module)

    # --- files ---

    def write(self, folder, added=None):
        """Write the stubs: classes that are named, those that their signatures name, and so on. added: name -> lines by hand."""
        for name, module in self.modules.items():
            for each in sorted(self.used & set(dir(module))):
                if inspect.isclass(attribute(module, each)):
                    self.want(name, each)
        done = {name: {} for name in self.modules}
        while any(set(self.wanted[name]) - set(done[name]) for name in self.modules):
            for name in self.modules:
                for each in [each for each in self.wanted[name] if each not in done[name]]:
                    done[name][each] = self.of_class(name, each)
        for name, module in self.modules.items():
            lines = [line for each in sorted(done[name]) for line in done[name][each]] + self.functions(name, module)
            lines += (added or {}).get(name, [])
            qt = self.named[name] & {"QtCore", "QtGui", "QtWidgets"}
            head = ["from collections.abc import Sequence", "from typing import Any, overload", ""]
            if qt:
                head.append(f"from PyQt6 import {', '.join(sorted(qt))}\n")
            if self.named[name] - qt:
                head.append(f"from . import {', '.join(sorted(self.named[name] - qt))}\n")
            target = folder / ("__init__.pyi" if name == "krita" else f"{name}.pyi")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = HEAD.format(name=name, host=self.host) + "\n".join([*head, *lines]).rstrip() + "\n"
            target.write_text(text, "utf-8")

    def functions(self, name, module):
        lines = []
        for each in sorted(self.used & set(dir(module))):
            value = attribute(module, each)
            if value is None or inspect.isclass(value) or inspect.ismodule(value):
                continue
            if callable(value):
                lines += self.function(each, getattr(value, "__doc__", "") or "", name, "plain")
            else:
                kind = type(value).__name__
                lines.append(f"{each}: {kind if kind in PLAIN else 'Any'}")
        return lines


def gimp(used):
    import gi

    for name, version in VERSIONS.items():
        gi.require_version(name, version)
    modules = {name: importlib.import_module(f"gi.repository.{name}") for name in NAMESPACES}
    gimp_version = f"GIMP {modules['Gimp'].MAJOR_VERSION}.{modules['Gimp'].MINOR_VERSION}"
    asked = used | {"connect", "disconnect", "emit", "get_property", "set_property", "props"}
    # None only where memory or the screen is gone, or where the adapter has put none there
    never_none = ("get_default", "get_monitor", "scale_simple", "composite_color_simple", "new_subpixbuf", "copy", "get_popover")
    return Stubs(gimp_version, modules, asked, never_none), {}, Path("gi", "repository")


def krita(used):
    sys.path.insert(0, "/usr/lib/x86_64-linux-gnu/krita-python-libs")
    for part in ("QtCore", "QtGui", "QtWidgets"):
        importlib.import_module(f"PyQt5.{part}")
    module = importlib.import_module("PyKrita.krita")
    factory = [  # of Krita's own krita/dockwidgetfactory.py
        "",
        "class DockWidgetFactory(DockWidgetFactoryBase):",
        "    def __init__(self, _id: str, _dockPosition: Any, _klass: Any) -> None: ...",
        "    def createDockWidget(self) -> Any: ...",
    ]
    # SIP says of every pointer that it may be None
    never_none = ("instance", "createActions", "createAction", "createDocument", "qwindow")
    stubs = Stubs("Krita 5", {"krita": module}, used | {"DockWidgetFactoryBase"}, never_none)
    return stubs, {"krita": factory}, Path("krita")


if __name__ == "__main__":
    host, sources, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    stubs, added, where = {"gimp": gimp, "krita": krita}[host](names_in(sources))
    stubs.write(target / where, added)
