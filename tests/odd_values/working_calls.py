"""Every public function, class and method, with calls of it that work.

Nobody keeps a list. What is public is found in the package. The calls are those that its own examples make,
and the drawings that the tests of figures make, written down while they run.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import doctest
import functools
import inspect
import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import matplotlib.pyplot as plt

import rnn_solutions
from drawings import DRAWINGS, FIGURES

MOST = 4  # calls of one function that differ in their types


@dataclass(frozen=True)
class Call:
    """A call that works: its arguments by name, defaults included, and whether an example itself makes it."""

    arguments: dict[str, Any]
    is_direct: bool


@dataclass
class Public:
    """What a user may call: a function, a class (by its constructor), or a method of `owner`."""

    name: str
    function: Callable[..., Any]
    owner: type | None = None
    calls: list[Call] = field(default_factory=list)

    @property
    def docstring(self) -> str:
        """Of the function; of a class for its constructor."""
        return inspect.getdoc(self.owner if self.is_constructor else self.function) or ""

    @property
    def is_constructor(self) -> bool:
        """Whether this makes an instance."""
        return self.function.__name__ == "__init__"

    @property
    def documents_arguments(self) -> bool:
        """Whether the docstring says what may be handed in."""
        said = r"^Parameters\n|^(Parameters|Arguments) and errors are those of"
        return bool(re.search(said, self.docstring, re.MULTILINE))

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """How it is called; a method with its instance first, a constructor without."""
        whole = inspect.signature(self.function)
        parameters = list(whole.parameters.values())
        return whole.replace(parameters=parameters[1:]) if self.is_constructor else whole

    @property
    def arguments(self) -> list[str]:
        """The arguments that a user writes, and those that one did where any name may be given."""
        known = (name for name, one in self.signature.parameters.items() if one.kind != one.VAR_KEYWORD)
        given = (name for call in self.calls for name in call.arguments)
        return [name for name in dict.fromkeys([*known, *given]) if name not in ("self", "cls")]

    def __call__(self, arguments: dict[str, Any]) -> Any:
        """Call it as a user would."""
        return (self.owner if self.is_constructor else self.function)(**arguments)

    def best_calls(self) -> list[Call]:
        """Return the calls of examples, or some others, and one for each choice that is documented."""
        direct = [call for call in self.calls if call.is_direct]
        chosen = (direct or self.calls)[:MOST]
        for name in self.arguments:
            if all(call.arguments.get(name) is None for call in chosen):
                chosen += [call for call in self.calls if call.arguments.get(name) is not None][:1]
        choices = re.findall(r"^(\w+) : \{(.*)\}", self.docstring, re.MULTILINE)
        first = chosen[0].arguments if chosen else {}
        return chosen + [
            Call(first | {name: choice}, is_direct=False)
            for name, written in choices
            for choice in ast.literal_eval(f"[{written}]")
            if choice != first[name]
        ]


def public_ones() -> list[Public]:
    """Find what a user may call and say by calls recorded from examples how.

    Results, whose classes document no arguments, are not made by hand, and what a network of one's own must
    provide is called by the package alone. Other methods count if they document their arguments or if an
    example calls them.
    """
    found = [Public(f"figures.{name}", figure) for name, figure in FIGURES.items()]
    for name in rnn_solutions.__all__:
        public = getattr(rnn_solutions, name)
        if inspect.isfunction(public):
            found.append(Public(name, public))
        elif isinstance(public, type) and not issubclass(public, Exception):
            made = Public(name, public.__init__, public)
            found += [made] if made.documents_arguments and not inspect.isabstract(public) else []
            found += methods_of(public)
    record(found)
    return [
        one
        for one in {(one.owner, one.function): one for one in found}.values()
        if one.owner is None
        or one.is_constructor
        or one.documents_arguments
        or any(call.is_direct for call in one.calls)
    ]


def methods_of(public: type) -> Iterator[Public]:
    """Find the methods that a class defines itself or has from a base within the package."""
    provided = rnn_solutions.Recurrent.__abstractmethods__
    for owner in public.__mro__:
        for name, raw in vars(owner).items() if owner.__module__.startswith("rnn_solutions") else ():
            method = getattr(raw, "__func__", raw)
            if inspect.isfunction(method) and not name.startswith("_") and name not in provided:
                yield Public(f"{owner.__name__}.{name}", method, owner)


def record(found: list[Public]) -> None:
    """Run every example and drawing, and write down how each of these is called."""
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    objects = {id(one.owner or one.function): one.owner or one.function for one in found}
    examples = [example for one in objects.values() for example in finder.find(one, one.__qualname__)]
    with contextlib.ExitStack() as patched:
        for one in found:
            for holder, name in holders(one):
                listener = listening(one, vars(holder).get(name))
                patched.enter_context(mock.patch.object(holder, name, listener))
        for example in examples:
            module = sys.modules[example.globs["__name__"]]
            example.globs = dict(vars(module))
            with contextlib.redirect_stdout(io.StringIO()):
                runner.run(example, clear_globs=False)
            plt.close("all")
        for name, drawing in DRAWINGS.items():
            getattr(sys.modules[drawing.func.__module__], name)(*drawing.args)
            plt.close("all")


def holders(one: Public) -> Iterator[tuple[Any, str]]:
    """Find where it must be replaced to be listened to: its class, or each module that imports it."""
    if one.owner:
        yield one.owner, one.function.__name__
        return
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("rnn_solutions"):
            yield from ((module, name) for name, held in list(vars(module).items()) if held is one.function)


def listening(one: Public, raw: Any) -> Any:
    """Return what does the same as a function and writes down how it was called, if it works."""

    @functools.wraps(one.function)
    def listener(*args: Any, **kwargs: Any) -> Any:
        instance = args[:1] if one.is_constructor else ()
        bound = one.signature.bind(*args[len(instance) :], **kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            if isinstance(value, Iterator):  # can be read once, and is read twice here
                bound.arguments[name] = list(value)
        looks = [(type(value), getattr(value, "ndim", 0)) for value in bound.arguments.values()]
        fits = type(instance[0]) is one.owner if instance else True
        if fits and looks not in seen and len(seen) < 2 * MOST:
            kept = copy.deepcopy(bound.arguments)
            for name, parameter in one.signature.parameters.items():
                if parameter.kind == parameter.VAR_KEYWORD:
                    kept |= kept.pop(name)
            answer = one.function(*instance, *bound.args, **bound.kwargs)
            caller = sys._getframe(1).f_code
            direct = caller.co_filename.startswith("<doctest") and caller.co_name == "<module>"
            seen.append(looks)
            one.calls.append(Call(kept, direct))
            return answer
        return one.function(*instance, *bound.args, **bound.kwargs)

    seen: list[Any] = []
    return classmethod(listener) if isinstance(raw, classmethod) else listener
