"""The user's file: how it is loaded, and what it keeps beside the state.
"""

import ast
import collections
import contextvars
import datetime
import decimal
import enum
import fractions
import functools
import gc
import importlib
import importlib.util
import os
import pickle
import random
import re
import sys
import traceback
import types
import uuid

# A module's own objects are looked at, so many at most.
MOST_OBJECTS = 20_000


DECIMAL = decimal.getcontext().copy()


class Instance:
    """The user's file, loaded once. Each place that holds a state has one of its own, so that
    what a file keeps beside the state is kept apart."""

    current = None

    def __init__(self, source):
        self.source = source
        self.aliases = {}
        self.decimal = DECIMAL.copy()
        World.loading = True
        source.reseed()
        try:
            self.enter()
            self.module = source.execute()
        finally:
            World.loading = False
            World.refusal = ""
            self.modules = source.own_modules()
        self.names = found = {}
        for module in [self.module, *(m for m in self.modules.values() if m is not self.module)]:
            walk(module, found)
        self.is_countable = len(found) < MOST_OBJECTS
        self.clean = self.shape()

    def enter(self):
        """Whatever imports now, imports this instance's modules; its decimals are counted as it says."""
        if Instance.current:
            Instance.current.decimal = decimal.getcontext()
        decimal.setcontext(self.decimal)
        for name in self.source.own_modules():
            del sys.modules[name]
        if hasattr(self, "modules"):
            sys.modules.update(self.modules)
        Instance.current = self

    def shape(self):
        """Text that changes when something beside the state does."""
        if not self.is_countable:
            return None
        context = decimal.getcontext() if Instance.current is self else self.decimal
        rules = [context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.clamp, context.traps.copy()]
        return [rules, *(shape(module) for module in self.modules.values())]

    def libraries(self):
        """What libraries that the file knows consist of."""
        return [outline(value) for value in self.names.values() if is_library_part(value)]

    def is_clean(self):
        return self.is_countable and self.shape() == self.clean


class Source:
    """Where the user's file lies and how it is imported."""

    def __init__(self, path, reseed):
        self.path = os.path.abspath(path)
        self.reseed = reseed
        self.folder, name = os.path.split(self.path)
        names = [os.path.splitext(name)[0]]
        root = self.folder
        while os.path.exists(os.path.join(root, "__init__.py")) and os.path.dirname(root) != root:
            names.insert(0, os.path.basename(root))
            root = os.path.dirname(root)
        if names[-1] == "__init__" and len(names) > 1:
            names.pop()
        self.root, self.name = root, ".".join(names)
        if self.root not in sys.path:
            sys.path.insert(0, self.root)
        if self.name in sys.modules or self.name in getattr(sys, "stdlib_module_names", ()):
            self.name = f"{self.name}_"
        with open(self.path, "rb") as file:
            self.tree = ast.parse(file.read(), self.path)
        self.compares_identity = any(compares_identity(node) for node in ast.walk(self.tree))
        self.returning = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.Lambda)):
                self.returning[first_line(node)] = self.returning.get(first_line(node), False) or gives_value(node)

    def owns(self, file):
        if not file or re.search(r"[/\\](site|dist)-packages[/\\]", file):
            return False
        return os.path.abspath(file).startswith(os.path.join(self.root, ""))

    def own_modules(self):
        return {name: module for name, module in list(sys.modules.items()) if self.owns(getattr(module, "__file__", None))}

    def execute(self):
        parent = self.name.rpartition(".")[0]
        if parent:
            importlib.import_module(parent)
        # Where its package imports it already, it is there.
        if self.name in sys.modules:
            return sys.modules[self.name]
        spec = importlib.util.spec_from_file_location(self.name, self.path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.name] = module
        exec(compile(self.tree, self.path, "exec", dont_inherit=True), module.__dict__)
        return module

    def place(self, error):
        """The user's own line, not one of a library or of this file."""
        frames = [f for f in traceback.extract_tb(error.__traceback__) if self.owns(f.filename)]
        if isinstance(error, SyntaxError) and self.owns(error.filename):
            return f"{os.path.relpath(error.filename, self.folder)}:{error.lineno}"
        return f"{os.path.relpath(frames[-1].filename, self.folder)}:{frames[-1].lineno}" if frames else ""


def first_line(node):
    decorators = getattr(node, "decorator_list", [])
    return decorators[0].lineno if decorators else node.lineno


def gives_value(function):
    """It returns something; else it changes the state in place."""
    if isinstance(function, ast.Lambda):
        return True
    todo = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Return):
            if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
                return True
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo.extend(ast.iter_child_nodes(node))
    return False


def compares_identity(node):
    """`x is "open"`, `id(x)`: what a copy does not keep."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "id"
    if not isinstance(node, ast.Compare) or not any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
        return False
    sides = [node.left, *node.comparators]
    return any(isinstance(side, ast.Constant) and not isinstance(side.value, (bool, type(None), type(...))) for side in sides)


ATOMS = (type(None), bool, int, float, complex, str, bytes, decimal.Decimal, fractions.Fraction, uuid.UUID,
         datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone, enum.Enum, re.Pattern)
LISTS = (list, tuple, set, frozenset, collections.deque)


def is_library_part(value):
    return isinstance(value, (types.ModuleType, type)) and not inside(value)


def outline(part):
    """Changes where a member of a library's module or class is set."""
    return tuple(map(id, vars(part).values()))


def inside(value):
    """What an object of the user's holds; nothing of what is a library's."""
    if isinstance(value, ATOMS):
        return []
    if isinstance(value, (dict, types.MappingProxyType)):
        return [*value.keys(), *value.values(), *own_fields(value)]
    if isinstance(value, LISTS):
        return [*value, *own_fields(value)]
    if isinstance(value, types.ModuleType):
        own = Instance.current.source.owns(getattr(value, "__file__", None))
        return [v for k, v in vars(value).items() if not k.startswith("__")] if own else []
    if isinstance(value, type):
        own = value.__module__ in sys.modules and inside(sys.modules[value.__module__])
        return [v for k, v in vars(value).items() if (not k.startswith("__") or k == "__init__") and k != "_abc_impl"] if own else []
    if isinstance(value, types.FunctionType):
        cells = [c.cell_contents for c in value.__closure__ or () if has_contents(c)]
        return [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values(), *cells, *vars(value).values()]
    if isinstance(value, (classmethod, staticmethod)):
        return [value.__func__]
    if isinstance(value, types.GeneratorType):
        return list(value.gi_frame.f_locals.values()) if value.gi_frame else []
    if isinstance(value, types.MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, (types.BuiltinMethodType, types.MethodWrapperType)):
        return [] if isinstance(value.__self__, (types.ModuleType, type(None))) else [value.__self__]
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values(), *vars(value).values()]
    if isinstance(value, property):
        return [value.fget, value.fset, value.fdel]
    if isinstance(value, CACHED):
        return list(vars(value).values())
    return own_fields(value)


CACHED = type(functools.lru_cache(len))


def own_fields(value):
    try:
        return list((fields(value) or {}).values())
    except Exception:
        return []


def cached(function):
    """What changes with a cache: nothing where the values in it cannot change."""
    dicts = [part for part in gc.get_referents(function) if type(part) is dict and part is not vars(function)]
    values = [value for part in dicts for value in part.values()]
    return None if all(isinstance(value, ATOMS) for value in values) else function.cache_info()


def closed(value):
    """What changes with an object that does not show what it holds."""
    for show in (pickle.dumps, lambda it: repr(it.__reduce__()), repr):
        try:
            # The text of one that says nothing of what is inside.
            if show is repr and type(value).__repr__ is object.__repr__ and not isinstance(value, type):
                break
            return show(value)
        except Exception:
            continue
    # Nothing is like it: what cannot be seen may have changed.
    return object()


def has_contents(cell):
    try:
        cell.cell_contents
    except ValueError:
        return False
    return True


def walk(value, found):
    todo = [value]
    while todo and len(found) < MOST_OBJECTS:
        value = todo.pop()
        if isinstance(value, ATOMS) or id(value) in found:
            continue
        found[id(value)] = value
        todo.extend(inside(value))


def shape(value):
    """A number for everything that the object holds, and for nothing else."""
    seen, todo, parts = {}, [value], []
    while todo:
        value = todo.pop()
        if isinstance(value, ATOMS):
            parts.append((type(value), repr(value) if isinstance(value, (float, complex)) else value))
            continue
        if id(value) in seen:
            parts.append(seen[id(value)])
            continue
        seen[id(value)] = len(seen)
        held = inside(value)
        parts.append((id(value), len(held)))
        if isinstance(value, types.GeneratorType):
            parts.append(value.gi_frame.f_lasti if value.gi_frame else None)
        elif isinstance(value, contextvars.ContextVar):
            held = [value.get(None)]
        elif isinstance(value, random.Random):
            parts.append(value.getstate())
        elif isinstance(value, CACHED):
            parts.append(cached(value))
        elif is_library_part(value):
            parts.append(outline(value))
        elif not held and not isinstance(value, (dict, types.FunctionType, types.MappingProxyType, *LISTS)):
            parts.append(closed(value))
        todo.extend(held)
    return parts


