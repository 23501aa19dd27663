"""Weights are what runs: nothing of a network or a run can be changed, nor of their copies, in any thread."""

import copy
import inspect
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, replace
from functools import cached_property

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import EVERY_KIND, GATED, KINDS, RNNS, D, Leaky, N, build, draw
from refusals import refuses
from rnn_solutions import RNN, LinearRecurrence, RecurrentRun

OWN = [*EVERY_KIND, "Leaky"]
WAYS = {
    "itself": lambda one: one,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "replace": lambda run: replace(run, net=run.net.replace()),
} | {
    f"pickle {protocol}": lambda one, protocol=protocol: pickle.loads(pickle.dumps(one, protocol))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
}
CASES = given(
    st.sampled_from(OWN),
    st.sampled_from(list(WAYS)),
    st.sampled_from([(), (2,)]),
    st.sampled_from([np.float32, np.float64]),
    st.integers(1, 3),
)


def draw_own(kind, batch=(), dtype=float, d=D, T=4):
    """Draw a case of any kind, the network of one's own among them."""
    case = draw("RNN" if kind == "Leaky" else kind, T, batch, dtype=dtype, d=d)
    if kind == "Leaky":
        case.net = Leaky(**case.p, a=0.25)
        case.run = case.net.forward(case.x, **case.initial)
    return case


def derived(run):
    """Return the names of what a run computes when it is first asked for."""
    return [name for name, _ in inspect.getmembers(type(run), lambda one: isinstance(one, cached_property))]


def everything(run, dL_dh):
    """Return all arrays that a run holds or computes, and its network of it."""
    net = run.net
    held = [run.x, run.z, *run.trails, *(getattr(run, name) for name in derived(run))]
    again = net.forward(run.x, **dict(zip(net.initial_names, (part[0] for part in run.trails), strict=True)))
    found = [net.backward(run, dL_dh), net.gradient_terms(run, dL_dh)]
    return [*held, again.h, net.jacobians(run), *(array for one in found for array in one.values())]


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def arrays_of(one):
    return {name: array for name, array in vars(one).items() if isinstance(array, np.ndarray)}


def assert_frozen(one):
    """Of no name an attribute can be set or deleted; no array can be written, nor be made so again."""
    for name in [*dir(one), "anything"]:
        with pytest.raises(FrozenInstanceError, match=f"cannot (set|assign to) .*{name}"):
            setattr(one, name, 0)
        with pytest.raises(FrozenInstanceError, match=f"cannot delete .*{name}"):
            delattr(one, name)
    for array in arrays_of(one).values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        for view in (array, array[..., :1], array.T):
            with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
                view.flags.writeable = True


@settings(max_examples=100, deadline=None)
@CASES
def test_no_network_and_no_run_can_be_changed_nor_a_copy_of_one(kind, way, batch, dtype, d):
    case = draw_own(kind, batch, dtype, d)
    for name in derived(case.run):
        getattr(case.run, name)

    run = WAYS[way](case.run)

    assert arrays_of(run.net).keys() == arrays_of(case.net).keys() >= set(case.p)
    assert arrays_of(run).keys() >= {"x", "z", "h_trail", *(derived(run) if way != "replace" else [])}
    assert_frozen(run)
    assert_frozen(run.net)


@settings(max_examples=100, deadline=None)
@CASES
def test_a_copy_computes_the_same_to_the_last_bit(kind, way, batch, dtype, d):
    case = draw_own(kind, batch, dtype, d)

    run = WAYS[way](case.run)

    assert_same(everything(run, case.dL_dh), everything(case.run, case.dL_dh))
    assert repr(run.net) == repr(case.net)
    once = [len({id(array) for array in arrays_of(net).values()}) for net in (run.net, case.net)]
    assert once[0] == once[1], "the weights that run are those by name, and no second copy of them"


@pytest.mark.parametrize("kind", OWN)
def test_threads_get_from_one_network_and_one_run_what_one_thread_gets(kind):
    """Eight at once, let loose together: each on the same fresh run, and on one of inputs of its own."""
    case, fresh = (draw_own(kind, batch=(2,), T=20) for _ in range(2))
    inputs = [np.roll(case.x, shift, axis=0) for shift in range(8)]
    start = threading.Barrier(8)

    def work(x):
        start.wait()
        runs = [fresh.net.forward(x, **fresh.initial) for _ in range(20)]
        return everything(fresh.run, case.dL_dh), everything(runs[0], case.dL_dh), [run.h for run in runs]

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(work, inputs))
    finally:
        sys.setswitchinterval(switch)

    for x, (shared, own, states) in zip(inputs, found, strict=True):
        run = case.net.forward(x, **case.initial)
        assert_same(shared, everything(case.run, case.dL_dh))
        assert_same(own, everything(run, case.dL_dh))
        assert_same(states, 20 * [run.h])


@pytest.mark.parametrize("way", [way for way in WAYS if way != "replace"])
def test_a_linear_recurrence_cannot_be_changed_nor_a_copy_of_one(way):
    layer = LinearRecurrence([0.5, 0.5j], [[1.0], [2.0]])

    again = WAYS[way](layer)

    assert_frozen(again)
    assert_same([again.forward([[1.0]] * 4)], [layer.forward([[1.0]] * 4)])
    assert repr(again) == "LinearRecurrence(n=2, d=1)"


class Slower(Leaky):
    """It has another leak for each unit, as it came, and a list."""

    def __init__(self, U, W, b, a, seen=()):
        super().__init__(U, W, b, 0.5)
        self.a = a
        self.seen = list(seen)

    def forward(self, x, h_init=None):
        self.seen.append(len(x))
        return super().forward(x, h_init)


@dataclass(eq=False)
class Declared(Leaky):
    """A dataclass, whose ``__init__`` is no method of its own."""

    U: np.ndarray
    W: np.ndarray
    a: float

    def __post_init__(self):
        self.U, self.W, self.b = self.keep_weights(self.U, self.W, np.zeros(N))


def weights(seed=0):
    rng = np.random.default_rng(seed)
    return {"U": rng.normal(size=(N, D)), "W": rng.normal(size=(N, N)), "b": rng.normal(size=N)}


def test_a_network_of_ones_own_is_frozen_when_the_last_init_has_ended_and_keeps_no_array_of_others():
    a = np.array([0.1, 0.2, 0.3])
    net = Slower(**weights(), a=a)
    run = net.forward(np.ones((3, D)))
    J = net.jacobians(run)
    a[...] = 9

    np.testing.assert_array_equal(net.a, [0.1, 0.2, 0.3])
    np.testing.assert_array_equal(net.jacobians(run), J)
    assert_frozen(net)
    assert_frozen(Declared(**{name: weights()[name] for name in "UW"}, a=0.5))


def test_what_a_network_of_ones_own_holds_beside_arrays_is_copied_as_ever():
    net = Slower(**weights(), a=0.5)

    shared, own = copy.copy(net), copy.deepcopy(net)
    net.forward(np.ones((3, D)))

    assert shared.seen == net.seen == [3]
    assert own.seen == []


class Wider(RecurrentRun):
    """A run that keeps more, and is not decorated."""

    def __init__(self, net, x, h, z, more):
        super().__init__(net, x, h, z)
        object.__setattr__(self, "more", more)


def test_a_run_of_ones_own_is_frozen_too():
    run = draw_own("Leaky").run

    assert_frozen(Wider(run.net, run.x, run.h_trail, run.z, np.ones(2)))


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_replace_changes_what_it_is_given_and_keeps_the_rest(kind):
    """Each parameter in turn, beside the network that is built so."""
    case = draw(kind)
    for name, value in case.p.items():
        changed = case.net.replace(**{name: value + 1})

        expected = build(kind, case.p | {name: value + 1}).forward(case.x, **case.initial)
        assert_same([changed.forward(case.x, **case.initial).z], [expected.z])
        assert_same([getattr(case.net, name)], [value])
    if kind == "RNN":
        linear = case.net.replace(activation="identity")
        assert_same([linear.forward(case.x).h], [build("identity RNN", case.p).forward(case.x).h])


@pytest.mark.parametrize(
    "by", [lambda net, **changes: net.replace(**changes), lambda net, **changes: net.__replace__(**changes)]
)
def test_replace_keeps_the_class_and_what_a_network_of_ones_own_holds(by):
    net = Slower(**weights(), a=0.25, seen=[7])

    changed = by(net, W=np.zeros((N, N)))

    assert type(changed) is Slower
    assert (changed.a, changed.seen) == (0.25, [7])
    assert_same([changed.U, changed.W, net.W], [net.U, np.zeros((N, N)), weights()["W"]])
    assert_same([by(LinearRecurrence([0.5], [[1.0]]), B=[[2.0]]).B], [np.array([[2 + 0j]])])


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace came with Python 3.13")
def test_copy_replace_is_replace():
    assert copy.replace(RNN([[0.5]], [[1.0]]), W=[[2.0]]).W == 2


class Forgetful(Leaky):
    def __init__(self, U, W, b, leak):
        super().__init__(U, W, b, a=leak)


class Unnamed(Leaky):
    def __init__(self, *arrays):
        super().__init__(*arrays, a=0.5)


test_what_cannot_be_replaced_is_named = refuses(
    (RNN([[0.5]], [[1.0]]), {"w": 1}, "RNN has the arguments W, U, b, activation, got w$"),
    (RNN([[0.5]], [[1.0]]), {"n": 2, "d": 1, "W": [[1.0]]}, "RNN has the arguments .*, got n, d$"),
    (RNN([[0.5]], [[1.0]]), {"W": [[np.nan]]}, "W must be finite, got nan"),
    (RNN([[0.5]], [[1.0]]), {"W": np.eye(2)}, r"U must have shape \(2, d\), got \(1, 1\)"),
    (LinearRecurrence([0.5], [[1.0]]), {"A": 1}, "LinearRecurrence has the arguments eigenvalues, B, got A$"),
    (
        Forgetful(**weights(), leak=0.5),
        {"W": np.eye(N)},
        "Forgetful must keep each argument as an attribute of its name to be made again, got none for leak$",
    ),
    (Unnamed(*weights().values()), {}, r"Unnamed must name each of its arguments, got \(\*arrays\)$"),
    by=lambda net, changes: net.replace(**changes),
)


def test_an_error_says_what_to_do_instead():
    net = RNN([[0.5]], [[1.0]])

    with pytest.raises(
        FrozenInstanceError,
        match=r"^cannot set RNN\.W, which stays as it was made; replace\(\.\.\.\) makes another RNN$",
    ):
        net.W = [[2.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", OWN)
def test_a_network_and_a_run_say_their_kind_and_sizes_in_a_line(kind, dtype):
    case, batch = draw_own(kind, dtype=dtype), draw_own(kind, batch=(5,), dtype=dtype)
    name, number = type(case.net).__name__, np.dtype(dtype)
    unusual = [RNNS[kind]] if kind in RNNS else GATED.get(kind, {}).values()
    told = "".join(f"{'reset before' if one == 'before' else one}, " for one in unusual)

    assert repr(case.net) == f"{name}(n=3, d=2, {told}{number})"
    assert repr(case.run) == f"{type(case.run).__name__}(T=4, n=3, d=2, {number})"
    assert repr(batch.run) == f"{type(case.run).__name__}(T=4, B=5, n=3, d=2, {number})"


def test_the_arguments_of_a_class_are_seen_from_outside():
    """By `help`, by an editor and by the pages of the API, though networks are made by a class of classes."""
    assert str(inspect.signature(LinearRecurrence)) == "(eigenvalues: 'ArrayLike', B: 'ArrayLike')"
    assert list(inspect.signature(Leaky).parameters) == ["U", "W", "b", "a"]
    assert list(inspect.signature(RecurrentRun).parameters) == ["net", "x", "h_trail", "z"]


class Halved(RNN):
    def __init__(self, W, U, b=None, activation="sigmoid"):
        super().__init__(W, U, b, activation)
        self.W = 0.5 * self.W


def test_a_weight_that_a_subclass_sets_last_is_the_one_that_runs_and_that_is_differentiated():
    case = draw("RNN")

    changed, expected = Halved(**case.p), RNN(**case.p | {"W": 0.5 * case.p["W"]})

    for one in (changed, pickle.loads(pickle.dumps(changed))):
        case.net, run = one, one.forward(case.x)
        assert_same([run.h], [expected.forward(case.x).h])
        assert_same([one.jacobians(run)], [expected.jacobians(expected.forward(case.x))])
    assert_frozen(changed)


class Crooked(RNN):
    def __init__(self, name, value):
        super().__init__(np.eye(2), np.ones((2, 1)))
        setattr(self, name, value)


test_a_weight_that_a_subclass_sets_last_must_be_one = refuses(
    (("W", np.ones((2, 3))), r"W must have shape \(3, 3\), got \(2, 3\)"),
    (("W", [[np.nan, 0.0], [0.0, 0.0]]), r"W must be finite, got nan at \(0, 0\)"),
    (("U", np.ones((3, 1))), r"U must have shape \(2, d\), got \(3, 1\)"),
    (("b", 1.0), r"b must have shape \(2,\), got \(\)"),
    by=lambda arguments: Crooked(*arguments),
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_way_of_setting_an_array_that_was_handed_out_changes_what_runs_or_is_differentiated(kind):
    """Its memory cannot be written, and its shape and its type are those of a view."""
    case = draw(kind)
    before = everything(case.run, case.dL_dh)
    name = case.net.parameter_names[1]
    for one in (case.net, copy.deepcopy(case.net)):
        held = getattr(one, name)
        while isinstance(held, np.ndarray):
            with pytest.raises(ValueError, match="WRITEABLE"):
                held.setflags(write=True)
            held = held.base
        getattr(one, name).dtype = ">f8"

    assert_same(everything(case.net.forward(case.x, **case.initial), case.dL_dh), before)


def test_a_finished_network_takes_no_other_weights_by_any_method():
    case = draw("RNN")
    before = everything(case.run, case.dL_dh)

    for way in (
        lambda: case.net.__init__(2 * case.p["W"], case.p["U"]),
        lambda: case.net.keep_weights(case.p["U"], 2 * case.p["W"], case.p["b"]),
    ):
        with pytest.raises(FrozenInstanceError, match="cannot set"):
            way()

    assert_same(everything(case.run, case.dL_dh), before)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_unpickled_from_lent_memory_lives_in_its_own(kind):
    """As joblib and shared memory do, which keep the large arrays beside the pickle."""
    case, lent = draw(kind), []
    pickled = pickle.dumps(case.run, 5, buffer_callback=lent.append)
    lent = [bytearray(buffer.raw()) for buffer in lent]
    assert lent

    run = pickle.loads(pickled, buffers=lent)
    for buffer in lent:
        buffer[:] = bytes(len(buffer))

    assert_same(everything(run, case.dL_dh), everything(case.run, case.dL_dh))


class Slotted(RNN):
    __slots__ = ("note",)

    def __init__(self, W, U, b=None, activation="sigmoid"):
        super().__init__(W, U, b, activation)
        self.note = "kept"


@pytest.mark.parametrize("way", [name for name in WAYS if name != "replace"])
def test_a_network_with_slots_is_copied_too(way):
    again = WAYS[way](Slotted(**draw("RNN").p))

    assert again.note == "kept"
    assert_frozen(again)
