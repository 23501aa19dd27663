"""Objects that stay as they were made: their attributes cannot be set and their arrays cannot be written."""

from __future__ import annotations

from abc import ABCMeta
from dataclasses import FrozenInstanceError
from functools import lru_cache
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

Made = TypeVar("Made", bound="Frozen")


class Freezing(type):
    """Makes an object and freezes it when the last ``__init__`` has ended, that of a subclass too."""

    if not TYPE_CHECKING:  # a checker of types shall look at the arguments of __init__, as shall inspect

        def __call__(cls, *args, **kwargs):
            made = type.__call__(cls, *args, **kwargs)
            made._freeze()
            return made

    @property
    def __signature__(cls) -> Signature:
        if cls.__init__ is object.__init__:  # type: ignore[misc]
            return Signature()
        _, *arguments = signature(cls.__init__).parameters.values()  # type: ignore[misc]
        return Signature(arguments)


class AbstractFreezing(Freezing, ABCMeta):
    """The same for an abstract class. Others go without, for `isinstance` is slow with it."""


class Frozen(metaclass=Freezing):
    """What cannot be changed once it is made, and neither can its copies, unpickled ones among them.

    While ``__init__`` runs, attributes are set as usual. A `cached_property` goes on working.
    """

    _copies: ClassVar[bool] = False  # whether arrays may be somebody else's, who can write them

    def __setattr__(self, name: str, value: Any) -> None:
        if "_frozen" in vars(self):
            self._refuse("set", name)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if "_frozen" in vars(self):
            self._refuse("delete", name)
        super().__delattr__(name)

    def __setstate__(self, state: Any) -> None:
        held, slots = state if isinstance(state, tuple) else (state, {})
        for name, value in slots.items():
            object.__setattr__(self, name, value)
        # Arrays can be written, as no copy and no pickle knows better, or lie in memory that is lent.
        vars(self).update({name: value.copy() if is_lent(value) else value for name, value in held.items()})
        self._freeze()

    def _freeze(self) -> None:
        """Let nothing be set any more, and no array be written."""
        held = vars(self)
        views: dict[int, NDArray[Any]] = {}  # what is one array under two names remains one
        for name, value in held.items():
            if isinstance(value, np.ndarray) and (value.flags.writeable or id(value) in views):
                views.setdefault(id(value), immutable(value) if self._copies else read_only(value))
                held[name] = views[id(value)]
        held["_frozen"] = True

    def _refuse(self, what: str, name: str) -> NoReturn:
        kind = type(self).__name__
        raise FrozenInstanceError(
            f"cannot {what} {kind}.{name}, which stays as it was made; replace(...) makes another {kind}"
        )


def replaced(old: Made, changes: dict[str, Any]) -> Made:
    """Return an object of the same class, made of the same arguments but for the changes.

    That takes attributes of the arguments' names. Otherwise, and of other names, it is a ValueError.
    """
    kind = type(old)
    names = _arguments(kind)
    if unknown := [name for name in changes if name not in names]:
        raise ValueError(f"{kind.__name__} has the arguments {', '.join(names)}, got {', '.join(unknown)}")
    kept = [name for name in names if name not in changes]
    if lost := [name for name in kept if not hasattr(old, name)]:
        raise ValueError(
            f"{kind.__name__} must keep each argument as an attribute of its name to be made again, "
            f"got none for {', '.join(lost)}"
        )
    return kind(**{name: getattr(old, name) for name in kept} | changes)


def made(kind: type[Made], arguments: dict[str, Any]) -> Made:
    """Return an object made of arguments by name, or raise a ValueError if its class asks for others."""
    try:
        signature(kind).bind(**arguments)
    except TypeError as error:
        raise ValueError(
            f"{kind.__name__} must be made of {', '.join(arguments)} by name: {error}"
        ) from error
    return kind(**arguments)


@lru_cache
def _arguments(kind: type) -> list[str]:
    """Return the names of what a class is made of, or raise a ValueError if they cannot be told."""
    arguments = signature(kind).parameters.values()
    if any(one.kind not in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY) for one in arguments):
        raise ValueError(f"{kind.__name__} must name each of its arguments, got {signature(kind)}")
    return [one.name for one in arguments]


def is_lent(value: Any) -> bool:
    """Say whether this is an array in memory that is neither an array's nor that of bytes."""
    base = value
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(value, np.ndarray) and not (base is None or isinstance(base, bytes))


def immutable(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy that nobody can ever write: its memory is that of bytes, where an array has such."""
    if type(array) is not np.ndarray or array.dtype.hasobject or not array.size:
        return read_only(array.copy())
    return np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array made here as one that cannot be written, whoever else holds it or what it is a view of.

    A view whose base cannot be written is the one that its flag does not make writable again.
    """
    array.setflags(write=False)
    base = array.base
    if base is None:
        return array[...]
    if isinstance(base, np.ndarray) and base.flags.writeable:
        base.setflags(write=False)
    return array
