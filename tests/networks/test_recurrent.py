"""What holds for the RNN, the LSTM and the GRU alike, against the recursions of the textbook."""

import inspect
import pkgutil
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn_solutions
from drawn import EVERY_KIND, GATES, KINDS, D, Leaky, N, assert_close, build, draw, one_of, states
from refusals import refuses
from rnn_solutions import networks
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks import recurrent
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.plain import gru_gates, lstm_gates
from rnn_solutions.networks.projected_lstm import ProjectedLSTM
from rnn_solutions.networks.recurrent import Recurrent
from rnn_solutions.networks.rnn import RNN

EVERY_SHAPE = pytest.mark.parametrize(("n", "d", "T"), [(1, 1, 0), (3, 2, 0), (3, 2, 4), (2, 4, 7)])


def draw_in_shape(kind, n, d, T):
    """With this seed relu has a live unit at every step of every shape, and some dead ones."""
    case = draw(kind, T, seed=12, n=n, d=d)
    assert kind != "relu RNN" or np.all(case.run.h.max(axis=1) > 0)
    return case


def loss(case, **changed):
    """Return the loss whose own terms are dL_dh: their products with h, summed."""
    given = case.p | {"x": case.x} | case.initial | changed
    trail = states(case.kind, given, given["x"], *(given[name] for name in case.initial))
    return (case.dL_dh * trail[:, : case.net.n]).sum()


def state(run, k):
    return np.concatenate([run.h[k], run.C[k]] if hasattr(run, "C") else [run.h[k]])


def everything(net, run, dL_dh):
    """Return all arrays that a network computes of a run."""
    arrays = [array for array in vars(run).values() if isinstance(array, np.ndarray)]
    arrays += [net.jacobians(run), net.jacobian(run, 3, 1)]
    arrays += [*vars(net.backward(run, dL_dh)).values(), *vars(net.gradient_terms(run, dL_dh)).values()]
    return arrays if isinstance(net, RNN) else [*arrays, net.direct_path(run, 3, 1)]


def test_every_network_is_drawn_and_has_tests_of_its_own():
    drawn, written = {type(draw(kind).net) for kind in KINDS}, set()
    drawn |= {ProjectedLSTM}  # in its own tests, for its state has parts of two widths
    for module in pkgutil.iter_modules(networks.__path__, f"{networks.__name__}."):
        members = vars(import_module(module.name)).values()
        classes = {one for one in members if inspect.isclass(one) and one.__module__ == module.name}
        if here := {one for one in classes if issubclass(one, Recurrent) and not inspect.isabstract(one)}:
            written |= here
            beside = Path(__file__).with_name(f"test_{module.name.rpartition('.')[2]}.py")
            assert beside.exists(), f"write tests/networks/{beside.name}"

    assert written - drawn == set(), "draw these in tests/networks/drawn.py"


@EVERY_SHAPE
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_states_follow_the_recursion(kind, n, d, T):
    case = draw_in_shape(kind, n, d, T)

    expected = states(kind, case.p, case.x, *case.initial.values())

    assert case.run.T == T
    assert_close(np.array([state(case.run, k) for k in range(T + 1)]), expected)


@pytest.mark.parametrize(
    ("kind", "names", "gates"),
    [("LSTM", "ifgo", lstm_gates), ("GRU", ["reset", "update", "candidate"], gru_gates)],
)
def test_the_gates_of_a_run_are_those_of_the_textbook(kind, names, gates):
    run = draw(kind).run

    for t in range(5):
        b = [run.net.b_ih, run.net.b_hh] if kind == "GRU" else [run.net.b_ih + run.net.b_hh]
        expected = gates(run.h_previous[t], run.x[t], run.net.W_ih, run.net.W_hh, *b)
        assert_close(np.array([getattr(run, name)[t] for name in names]), np.array(expected))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_bias_or_state_is_zero_in_the_precision_of_the_weights(kind, dtype):
    case = draw(kind, dtype=dtype)
    zero_biases = {name: value if name[0] != "b" else 0 * value for name, value in case.p.items()}

    bare = build(kind, {name: value for name, value in case.p.items() if name[0] != "b"}).forward(case.x)

    zero_states = {name: 0 * value for name, value in case.initial.items()}
    spelled = build(kind, zero_biases).forward(case.x, **zero_states)
    for name in ("x", "z", "h_trail", *spelled.net.initial_names):
        np.testing.assert_array_equal(getattr(bare, name), getattr(spelled, name), strict=True)


@EVERY_SHAPE
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_gradient_matches_a_complex_step(kind, n, d, T):
    case = draw_in_shape(kind, n, d, T)

    gradients = case.net.backward(case.run, case.dL_dh)

    given = case.p | {"x": case.x} | case.initial
    assert set(vars(gradients)) == {*given, *case.net.state_names}
    for name, value in given.items():
        expected = complex_step(lambda value, name=name: loss(case, **{name: value}), value)
        assert getattr(gradients, name).shape == value.shape
        assert_close(getattr(gradients, name), expected)


@EVERY_SHAPE
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_each_term_is_the_response_of_one_loss_to_one_steps_copy_of_a_parameter(kind, n, d, T):
    case = draw_in_shape(kind, n, d, T)

    terms = case.net.gradient_terms(case.run, case.dL_dh)

    def losses_by_copies(name):
        def losses(copies):
            p = [case.p | {name: copy} for copy in copies]
            return (case.dL_dh * states(kind, p, case.x, *case.initial.values())[:, :n]).sum(axis=1)

        return complex_step(losses, np.stack([case.p[name]] * (T + 1)))

    assert set(vars(terms)) == set(case.p)
    for name in case.p:
        assert_close(getattr(terms, name), losses_by_copies(name))
        assert np.all(getattr(terms, name)[np.triu_indices(T + 1, 1)] == 0)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(EVERY_KIND),
    st.integers(0, 6),
    st.sampled_from([(), (1,), (4,)]),
    st.integers(0, 2**32 - 1),
)
def test_the_terms_sum_to_the_gradient(kind, T, batch, seed):
    case = draw(kind, T, batch, seed)

    gradients, terms = (f(case.run, case.dL_dh) for f in (case.net.backward, case.net.gradient_terms))

    for name, value in vars(terms).items():
        assert_close(value.sum(axis=(0, 1)), getattr(gradients, name))


@EVERY_SHAPE
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_jacobians_match_a_complex_step(kind, n, d, T):
    """Nudging the state at step k along the imaginary axis and rerunning steps k+1..t moves that at t so."""
    case = draw_in_shape(kind, n, d, T)
    J = case.net.jacobians(case.run)

    for t, k in np.ndindex(T + 1, T + 1):
        if k > t:
            assert np.all(J[t, k] == 0)
            continue
        expected = complex_step(
            lambda s, t=t, k=k: (
                states(kind, case.p, case.x[k + 1 : t + 1], *np.split(s, len(s) // n))[-1] if t > k else s
            ),
            state(case.run, k),
        )
        assert_close(J[t, k], expected)
        assert_close(case.net.jacobian(case.run, t, k), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_its_sequences_side_by_side(kind):
    """Gradients and terms are summed over the batch; x, all states and Jacobians keep it.

    Seven sequences of five steps are too many rows for one chunk of the pass back.
    """
    case = draw(kind, batch=(7,))
    runs = [one_of(case, b) for b in range(7)]
    dL_dh = np.moveaxis(case.dL_dh, 1, 0)

    assert_close(case.run.h, np.stack([run.h for run in runs], axis=1))
    gradients = case.net.backward(case.run, case.dL_dh)
    single = [case.net.backward(run, rows) for run, rows in zip(runs, dL_dh, strict=True)]
    for name, value in vars(gradients).items():
        each = [getattr(one, name) for one in single]
        if name in case.p:
            assert_close(value, sum(each))
        else:
            assert_close(value, np.stack(each, axis=0 if name in case.initial else 1))
    terms = [case.net.gradient_terms(run, rows) for run, rows in zip(runs, dL_dh, strict=True)]
    for name, value in vars(case.net.gradient_terms(case.run, case.dL_dh)).items():
        assert_close(value, sum(getattr(one, name) for one in terms))
    J = case.net.jacobians(case.run)
    assert_close(J, np.stack([case.net.jacobians(run) for run in runs], axis=2))
    assert_close(case.net.jacobian(case.run, 3, 1), J[3, 1])


@pytest.mark.parametrize("pieces", [0, 1, 4])
@pytest.mark.parametrize("batch", [(), (2,)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_in_pieces_is_the_run_as_a_whole(monkeypatch, kind, batch, pieces):
    """Seven steps, taken together as few at a time as wide layers leave: one by one, or four and the rest."""
    case = draw(kind, T=6, batch=batch)
    whole = everything(case.net, case.run, case.dL_dh)
    for name in ("INPUT_SIZE", "LOCAL_SIZE"):
        monkeypatch.setattr(recurrent, name, pieces * case.run.z[0].size)
    monkeypatch.setattr(recurrent, "CHUNK", 1)

    in_pieces = everything(case.net, case.net.forward(case.x, **case.initial), case.dL_dh)

    for part, expected in zip(in_pieces, whole, strict=True):
        assert_close(part, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_one_initial_state_serves_a_whole_batch(kind):
    case = draw(kind, batch=(2,))
    shared = {name: value[0] for name, value in case.initial.items()}
    repeated = {name: np.stack([value, value]) for name, value in shared.items()}

    np.testing.assert_array_equal(
        case.net.forward(case.x, **shared).h, case.net.forward(case.x, **repeated).h
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [(), (1,), (2,)])
def test_an_initial_state_may_have_the_axis_of_layers_that_torchs_has(kind, batch):
    case = draw(kind, batch=batch)

    run = case.net.forward(case.x, **{name: value[None] for name, value in case.initial.items()})

    np.testing.assert_array_equal(run.h, case.run.h)
    assert run.h_init.shape == (*batch, N)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", [(), (2,)])
def test_float32_stays_float32_and_agrees_with_float64(kind, batch):
    """To 1e-4 of the largest entry: five steps of sums of some ten numbers, each rounded to 6e-8."""
    case = draw(kind, batch=batch)
    single = build(kind, {name: value.astype(np.float32) for name, value in case.p.items()})
    run = single.forward(
        case.x.astype(np.float32), **{name: v.astype(np.float32) for name, v in case.initial.items()}
    )
    dL_dh = case.dL_dh.astype(np.float32)
    pairs = zip(everything(single, run, dL_dh), everything(case.net, case.run, case.dL_dh), strict=True)
    for narrow, wide in pairs:
        assert narrow.dtype == np.float32
        assert wide.dtype == np.float64
        np.testing.assert_allclose(narrow, wide, rtol=1e-4, atol=1e-4 * np.abs(wide).max())


@pytest.mark.parametrize("kind", KINDS)
def test_integers_become_float64_and_mixed_precisions_the_wider(kind):
    case = draw(kind)
    narrow = build(kind, {name: value.astype(np.float32) for name, value in case.p.items()})

    assert (
        build(kind, {n: v.round().astype(int) for n, v in case.p.items()}).forward([[1, 2]]).h.dtype == float
    )
    assert narrow.forward(np.ones((2, D), np.float32)).h.dtype == np.float32
    run = narrow.forward(np.ones((2, D)))
    assert run.h.dtype == np.float64
    assert narrow.backward(run, np.ones((2, N), np.float32)).x.dtype == np.float64
    for rows in (np.ones((2, N)), np.ones((2, N), np.float32)):
        short = narrow.forward(np.ones((2, D), np.float32))
        for ask in (narrow.backward, narrow.gradient_terms):
            assert {array.dtype for array in vars(ask(short, rows)).values()} == {rows.dtype}
            assert {array.dtype for array in vars(ask(run, rows)).values()} == {np.dtype(float)}


@pytest.mark.parametrize("kind", KINDS)
def test_one_wide_array_makes_all_of_a_network_or_of_a_run_wide(kind):
    """So that no digit of it is lost: each parameter in turn, then the network, the inputs or a state."""
    case = draw(kind)
    narrow = {name: value.astype(np.float32) for name, value in case.p.items()}

    for name, value in case.p.items():
        net = build(kind, narrow | {name: value})
        assert {getattr(net, each).dtype for each in case.p} == {np.dtype(float)}
        np.testing.assert_array_equal(getattr(net, name), value)

    given = {"x": case.x} | case.initial
    narrow_given = {name: value.astype(np.float32) for name, value in given.items()}
    assert case.net.forward(**narrow_given).h.dtype == np.float64
    for name, value in given.items():
        run = build(kind, narrow).forward(**narrow_given | {name: value})
        assert run.h.dtype == run.x.dtype == np.float64


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_the_direct_path_is_the_response_where_the_recurrent_weights_are_zero(kind):
    """Then no gate hears of the state, and the memory is left with its own path."""
    case = draw(kind)
    net = build(kind, case.p | {"W_hh": np.zeros_like(case.p["W_hh"])})
    run = net.forward(case.x, **case.initial)

    whole = net.jacobian(run, 4, 1)[-N:, -N:]

    assert_close(net.direct_path(run, 4, 1), whole)
    np.testing.assert_array_equal(net.direct_path(run, 2, 2), np.eye(N))


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_the_direct_path_is_a_product_of_one_gate_and_not_the_whole_response(kind):
    case = draw(kind, batch=(2,))
    kept = case.run.f if kind == "LSTM" else case.run.update

    path = case.net.direct_path(case.run, 4, 1)

    assert path.shape == (2, N, N)
    for b in range(2):
        assert_close(path[b], np.diag(kept[2, b] * kept[3, b] * kept[4, b]))
    whole = case.net.jacobian(case.run, 4, 1)[:, -N:, -N:]
    assert np.linalg.norm(path - whole) > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_of_another_network_is_refused(kind):
    """Even of one with the same weights; a run says which network made it."""
    case, twin = draw(kind), draw(kind)
    asked = [
        twin.net.jacobians,
        lambda run: twin.net.jacobian(run, 1, 0),
        lambda run: twin.net.backward(run, case.dL_dh),
        lambda run: twin.net.gradient_terms(run, case.dL_dh),
    ]

    if kind == "RNN":
        asked += [lambda run: twin.net.immediate_gradient(run, 0)]
    else:
        asked += [lambda run: twin.net.direct_path(run, 1, 0)]

    for ask in asked:
        with pytest.raises(
            ValueError, match=r"^run must come from this network's own forward, got one that does not$"
        ):
            ask(case.run)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_caller_changes_later_does_not_reach_the_network_or_the_run(kind):
    """Otherwise a run and the weights it is differentiated with could drift apart."""
    case = draw(kind)
    J, h = case.net.jacobians(case.run), case.run.h.copy()
    for array in (case.x, *case.p.values(), *case.initial.values()):
        array[...] = 9

    np.testing.assert_array_equal(case.net.jacobians(case.run), J)
    np.testing.assert_array_equal(case.run.h, h)
    again = case.net.forward(case.run.x, *(trail[0] for trail in case.run.trails))
    np.testing.assert_array_equal(again.h, case.run.h)
    arrays = [getattr(case.net, name) for name in case.p]
    arrays += [getattr(case.run, name) for name in dir(case.run) if name[0] != "_"]
    for array in filter(lambda value: isinstance(value, np.ndarray), arrays):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", np.ones((4, 2, D + 1)), r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(4, 2, 3\)"),
        ("x", np.ones((4, 0, D)), r"x must have shape .*, got \(4, 0, 2\)"),
        ("x", np.ones((4, 3)), r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(4, 3\)"),
        ("x", np.ones(2), r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(2,\)"),
        ("x", np.ones((0, 2)), r"x must have shape \(T\+1, 2\) or \(T\+1, B, 2\), got \(0, 2\)"),
        ("x", [[0, 0], [0, np.nan]], r"x must be finite, got nan at \(1, 1\)"),
        (
            "h_init",
            np.ones((3, N)),
            r"h_init must have shape \(3,\) or \(5, 3\) or \(1, 5, 3\), got \(3, 3\)",
        ),
        ("h_init", [1j] * N, "h_init must hold real numbers, got dtype complex128"),
    ],
)
def test_a_bad_sequence_or_batch_is_named(kind, name, value, message):
    case = draw(kind, batch=(5,))

    with pytest.raises(ValueError, match=message):
        case.net.forward(**({"x": case.x} | {name: value}))


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_initial_state_is_named(kind):
    case = draw(kind)

    for name in case.initial:
        for value in ([1], np.ones((2, N))):
            message = re.escape(f"{name} must have shape (3,) or (1, 3), got {np.shape(value)}")
            with pytest.raises(ValueError, match=message):
                case.net.forward(case.x, **{name: value})


@pytest.mark.parametrize("ask", ["backward", "gradient_terms"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("batch", "dL_dh", "message"),
    [
        ((5,), np.ones((5, 3)), r"dL_dh must have shape \(5, 5, 3\), got \(5, 3\)"),
        ((), np.ones((4, 3)), r"dL_dh must have shape \(5, 3\), got \(4, 3\)"),
        ((), np.ones(3), r"dL_dh must have shape \(5, 3\), got \(3,\)"),
        ((), np.ones((5, 1)), r"dL_dh must have shape \(5, 3\), got \(5, 1\)"),
        ((), np.full((5, 3), np.inf), r"dL_dh must be finite, got inf at \(0, 0\)"),
    ],
)
def test_dl_dh_must_have_the_shape_of_h_batch_and_all(kind, batch, dL_dh, message, ask):
    case = draw(kind, batch=batch)

    with pytest.raises(ValueError, match=message):
        getattr(case.net, ask)(case.run, dL_dh)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("t", "k", "message"),
    [
        (1, 2, "need 0 <= k <= t <= 4, got k=2 and t=1"),
        (5, 0, "need 0 <= k <= t <= 4, got k=0 and t=5"),
        (1, -1, "need 0 <= k <= t <= 4, got k=-1 and t=1"),
        (1.0, 0, r"t must be a whole number, got 1\.0"),
    ],
)
def test_steps_out_of_order_or_range_are_named(kind, t, k, message):
    case = draw(kind)

    for ask in [case.net.jacobian] if kind == "RNN" else [case.net.jacobian, case.net.direct_path]:
        with pytest.raises(ValueError, match=message):
            ask(case.run, t, k)


@pytest.mark.parametrize(("kind", "gates"), GATES.items())
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("W_hh", np.ones((10, 2)), "W_hh must have shape ({gates}n, n), here ({rows}, 2), got (10, 2)"),
        ("W_hh", np.ones((7, 2)), "W_hh must have shape ({gates}n, n), here ({rows}, 2), got (7, 2)"),
        ("W_hh", np.ones(8), "W_hh must have shape ({gates}n, n), got (8,)"),
        ("W_hh", np.ones((8, 2), complex), "W_hh must hold real numbers, got dtype complex128"),
        ("W_ih", np.ones((3, 8)), "W_ih must have shape ({rows}, d), got (3, 8)"),
        ("W_ih", np.ones((8, 0)), "W_ih must have shape ({rows}, d), got (8, 0)"),
        ("b_ih", np.ones(2), "b_ih must have shape ({rows},), got (2,)"),
        ("b_hh", np.ones((8, 1)), "b_hh must have shape ({rows},), got (8, 1)"),
    ],
)
def test_bad_weights_of_gates_are_named(kind, gates, name, value, message):
    rows = 2 * gates
    good = {"W_ih": np.ones((rows, 3)), "W_hh": np.ones((rows, 2))}

    with pytest.raises(ValueError, match=re.escape(message.format(gates=gates, rows=rows))):
        build(kind, good | {name: value})


@pytest.mark.parametrize("kind", KINDS)
def test_a_parameter_that_is_not_finite_is_named(kind):
    case = draw(kind)

    for name, value in case.p.items():
        with pytest.raises(ValueError, match=rf"^{name} must be finite, got nan at \(0"):
            build(kind, case.p | {name: np.full_like(value, np.nan)})


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_that_overflows_is_an_error_that_says_where(kind):
    net = build(kind, {name: np.ones_like(value) for name, value in draw(kind).p.items()})

    with pytest.raises(ValueError, match="the pre-activation at step 1 is beyond the range of float64"):
        net.forward([[1.0, 1.0], [1e308, 1e308]])


test_a_run_since_no_step_of_it_is_named = refuses(
    (-1, "first must be from 0 to 4, got -1"),
    (5, "first must be from 0 to 4, got 5"),
    (None, "first must be a whole number, got None"),
    (1.0, "first must be a whole number, got 1.0"),
    by=draw("GRU").run.since,
)


def state_dict(case, ending="_l0", prefix=""):
    """PyTorch's names for the weights of a case; the RNN's bias is split in two."""
    p = case.p
    if case.kind == "RNN":
        p = {"W_ih": p["U"], "W_hh": p["W"], "b_ih": 0.25 * p["b"], "b_hh": 0.75 * p["b"]}
    names = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
    return {f"{prefix}{theirs}{ending}": p[ours] for theirs, ours in names.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("_l0", {"layer": 0}),
        ("_l2", {"layer": 2}),
        ("_l0_reverse", {"layer": 0, "reverse": True}),
        ("_l1_reverse", {"layer": 1, "reverse": True, "prefix": "encoder."}),
    ],
)
def test_a_state_dict_gives_back_the_network(kind, ending, options):
    """Other layers of other weights stand beside the one asked for."""
    case, other = draw(kind), draw(kind, seed=4)
    prefix = options.get("prefix", "")
    mapping = state_dict(other, "_l7", prefix) | state_dict(case, ending, prefix)

    net = type(case.net).from_state_dict(mapping, **options)

    np.testing.assert_allclose(net.forward(case.x, **case.initial).h, case.run.h, rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_cell_has_names_without_a_layer(kind):
    case = draw(kind)

    for options in ({}, {"layer": 0}, {"reverse": False}):
        net = type(case.net).from_state_dict(state_dict(case, "", "cell."), prefix="cell.", **options)
        np.testing.assert_allclose(net.forward(case.x, **case.initial).h, case.run.h, rtol=1e-14)
    with pytest.raises(ValueError, match=r"missing .*weight_ih_l1; found bias_hh, "):
        type(case.net).from_state_dict(state_dict(case, ""), layer=1)


@pytest.mark.parametrize(
    ("endings", "options", "message"),
    [
        (
            ["_l0", "_l1"],
            {},
            "layer must be given: mapping holds layer 0, layer 1; name one of them by layer=",
        ),
        (
            ["_l0", "_l0_reverse"],
            {},
            "reverse must be given: mapping holds layer 0, layer 0 reverse; name one",
        ),
        (["_l0", "_l0_reverse"], {"layer": 0}, "reverse must be given: "),
        (["_l0", "_l1", "_l1_reverse"], {"layer": 1}, "reverse must be given: "),
        (["_l0", "_l1", "_l1_reverse"], {"reverse": True}, "layer must be given: "),
        (
            ["_l0_reverse", "_l1"],
            {},
            "layer and reverse must be given: .* read all with Stack.from_state_dict$",
        ),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_one_layer_of_several_is_read_only_when_it_is_named(kind, endings, options, message):
    case = draw(kind)
    mapping = {name: value for ending in endings for name, value in state_dict(case, ending).items()}

    with pytest.raises(ValueError, match=f"^{message}"):
        type(case.net).from_state_dict(mapping, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_that_is_named_is_read_beside_others_of_two_directions(kind):
    """A direction of another layer is no reason to ask."""
    case = draw(kind)
    mapping = state_dict(case, "_l0") | state_dict(case, "_l1_reverse")

    net = type(case.net).from_state_dict(mapping, layer=0)

    np.testing.assert_allclose(net.forward(case.x, **case.initial).h, case.run.h, rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_dict_comes_back_from_an_npz_file(kind, tmp_path):
    case = draw(kind)
    np.savez(tmp_path / "net.npz", **state_dict(case))

    with np.load(tmp_path / "net.npz") as mapping:
        net = type(case.net).from_state_dict(mapping)

    np.testing.assert_allclose(net.forward(case.x, **case.initial).h, case.run.h, rtol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_dict_without_biases_has_none(kind):
    case = draw(kind)
    mapping = {name: value for name, value in state_dict(case).items() if "bias" not in name}
    bare = build(kind, {name: value * (name[0] != "b") for name, value in case.p.items()})

    net = type(case.net).from_state_dict(mapping)

    np.testing.assert_array_equal(net.forward(case.x).h, bare.forward(case.x).h)


class Tensor:
    """What matters of a torch tensor that requires grad, and of a safetensors file that holds one."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        raise TypeError("call detach() first")

    def detach(self):
        return self.array


class Opened:
    def __init__(self, mapping):
        self.mapping = mapping

    def keys(self):
        return list(self.mapping)

    def get_tensor(self, name):
        return self.mapping[name]


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_are_detached_and_safetensors_files_are_read_by_their_own_method(kind):
    case = draw(kind)
    mapping = {name: Tensor(value.astype(np.float32)) for name, value in state_dict(case).items()}

    for given_mapping in (mapping, Opened(mapping)):
        net = type(case.net).from_state_dict(given_mapping)
        run = net.forward(case.x.astype(np.float32))
        assert run.h.dtype == np.float32


class Broken(dict):
    def __getitem__(self, name):
        raise RuntimeError("gone")


class Nameless(dict):
    def keys(self):
        raise OSError("gone")


def without(name):
    return lambda mapping: {key: value for key, value in mapping.items() if key != name}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (without("weight_hh_l0"), {}, "must hold weight_ih_l0, .*; missing weight_hh_l0; found bias_hh_l0"),
        (without("bias_ih_l0"), {}, "the two biases optional together; missing bias_ih_l0; found bias_hh_l0"),
        (dict, {"layer": 1}, "missing .*weight_ih_l1; found bias_hh_l0, bias_ih_l0, weight_hh_l0"),
        (dict, {"reverse": True}, "missing .*weight_ih_l0_reverse; found bias_hh_l0"),
        (dict, {"prefix": "rnn."}, r"missing rnn\.bias_hh_l0, .*rnn\.weight_ih_l0; found bias_hh_l0"),
        (lambda _: {}, {}, "found nothing"),
        (
            lambda m: m | {"weight_hr_l0": np.ones((1, N))},
            {},
            r"projection \(proj_size\) is read by ProjectedLSTM",
        ),
        (lambda m: m | {"weight_hh_l0": "abc"}, {}, "weight_hh_l0 must hold real numbers, got dtype <U3"),
        (lambda m: m | {"bias_ih_l0": Tensor(np.array([None]))}, {}, "bias_ih_l0 must hold .* dtype object"),
        (lambda m: m | {"bias_ih_l0": np.ones(2)}, {}, r"^bias_ih_l0 must have shape \(\d+,\), got \(2,\)"),
        (
            lambda m: m | {"weight_hh_l0": np.ones(3)},
            {},
            r"^weight_hh_l0 must have shape \(\d?n, n\), got \(3,",
        ),
        (
            lambda m: m | {"weight_ih_l0": np.ones((2, 2))},
            {},
            r"^weight_ih_l0 must have shape \(\d+, d\), got",
        ),
        (
            lambda m: m | {"bias_hh_l0": m["bias_hh_l0"] * np.nan},
            {},
            "^bias_hh_l0 must be finite, got nan at",
        ),
        (lambda m: m | {"weight_hh_l0": np.ones((5, 3))}, {}, r"^weight_hh_l0 must have .*, got \(5, 3\)$"),
        (Broken, {}, r"^weight_ih_l0 must be readable as an array of numbers: RuntimeError\('gone'\)$"),
        (Nameless, {}, r"^mapping must list its names, got OSError\('gone'\)$"),
        (
            lambda _: "net.npz",
            {},
            "^mapping must map names to arrays, got the path 'net.npz': open it with np.load",
        ),
        (
            lambda _: Path("net.npz"),
            {},
            r"^mapping must map names to arrays, got the path \w+\('net.npz'\): ",
        ),
        (list, {}, "mapping must map names to arrays, got list"),
        (dict, {"layer": -1}, "layer must be at least 0, got -1"),
    ],
)
def test_a_bad_state_dict_is_told_what_was_looked_for_and_what_was_found(kind, change, options, message):
    case = draw(kind)

    with pytest.raises(ValueError, match=message):
        type(case.net).from_state_dict(change(state_dict(case)), **options)


def test_a_state_dict_of_an_rnn_must_hold_a_square_matrix():
    mapping = {"weight_ih_l0": np.ones((3, 2)), "weight_hh_l0": np.ones((3, 4))}

    with pytest.raises(
        ValueError, match=r"^weight_hh_l0 must have shape \(n, n\) as an RNN's, got \(3, 4\)$"
    ):
        RNN.from_state_dict(mapping)


@pytest.mark.parametrize("other", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_weights_of_another_kind_are_named_as_what_they_are(kind, other):
    net, mapping = draw(kind).net, state_dict(draw(other), prefix="enc.")
    if other == kind:
        return
    owner = {"RNN": "an RNN's", "LSTM": "an LSTM's", "GRU": "a GRU's"}[other]

    with pytest.raises(ValueError, match=rf"^enc\.weight_hh_l0 must have .*: these are {owner} weights$"):
        type(net).from_state_dict(mapping, prefix="enc.")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_names_the_file_and_the_entry(kind, tmp_path):
    """Damaged in the middle of an entry, of a wrong shape, without an entry, of another kind, and closed."""
    case, path = draw(kind), tmp_path / "net.npz"
    where, other = re.escape(f" of {path}"), draw("LSTM" if kind == "GRU" else "GRU")

    def error_of(mapping, message):
        np.savez(path, **mapping)
        with np.load(path) as opened, pytest.raises(ValueError, match=message):
            type(case.net).from_state_dict(opened)

    good = state_dict(case)
    error_of(good | {"bias_ih_l0": np.ones(2)}, rf"^bias_ih_l0{where} must have shape")
    error_of(without("weight_hh_l0")(good), rf"^{re.escape(str(path))} must hold .*; missing weight_hh_l0;")
    error_of(
        state_dict(other), rf"^weight_hh_l0{where} must have shape .*: these are an? (LSTM|GRU)'s weights$"
    )
    np.savez(path, **good)
    data = bytearray(path.read_bytes())
    at = data.index(b"weight_hh_l0.npy") + 200  # among the numbers, behind two headers
    data[at] ^= 255
    path.write_bytes(data)
    with np.load(path) as opened, pytest.raises(ValueError, match=rf"^weight_hh_l0{where} must be readable"):
        type(case.net).from_state_dict(opened)
    with pytest.raises(
        ValueError, match=r"^the npz file must be open to read weight_ih_l0, got one .* closed$"
    ):
        type(case.net).from_state_dict(opened)


def test_a_network_of_ones_own_takes_as_many_rows_as_its_weights_have():
    class Own(Leaky):
        def __init__(self, U, W, b):
            super().__init__(U, W, b, a=0.5)

    mapping = state_dict(draw("RNN"))

    np.testing.assert_array_equal(Own.from_state_dict(mapping).W, mapping["weight_hh_l0"])
    for name in ("weight_ih_l0", "bias_hh_l0"):
        with pytest.raises(ValueError, match=rf"^{name} must have shape \(3"):
            Own.from_state_dict(mapping | {name: mapping[name][:2]})


def test_nothing_is_unpickled(tmp_path):
    case = draw("GRU")
    np.savez(tmp_path / "net.npz", **state_dict(case) | {"weight_ih_l0": np.array([{}], dtype=object)})

    with np.load(tmp_path / "net.npz") as mapping, pytest.raises(ValueError, match=r"weight_ih_l0 .* array"):
        GRU.from_state_dict(mapping)
    with (
        np.load(tmp_path / "net.npz", allow_pickle=True) as mapping,
        pytest.raises(ValueError, match=r"^the npz file must be opened with allow_pickle=False"),
    ):
        GRU.from_state_dict(mapping)


class Binding(Leaky):
    """It gives names to new arrays where it should fill those it was handed."""

    left = "deltas"

    def step_back(self, local, rows, deltas):
        by_h, delta = rows[0] * 1, deltas[0] * 1
        super().step_back(local, [by_h], [delta])
        if self.left == "rows":
            deltas[0] = delta


class BindingRows(Binding):
    left = "rows"


class Bare(Leaky):
    def local_derivatives(self, run, steps, room):
        return super().local_derivatives(run, steps, room)[0]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Binding, "step_back of Binding must write all of `deltas` in place"),
        (BindingRows, "step_back of BindingRows must write all of `rows` in place"),
        (Bare, "local_derivatives of Bare must return a tuple of arrays, .* got ndarray"),
    ],
)
@pytest.mark.parametrize("ask", ["backward", "gradient_terms", "truncated_gradient", "gradient_map"])
def test_a_walk_of_ones_own_that_would_read_memory_as_it_is_found_is_named(kind, message, ask):
    case = draw("RNN")
    net = kind(**case.p, a=0.25)
    run = net.forward(case.x)
    with pytest.raises(ValueError, match=message):
        {
            "backward": lambda: net.backward(run, case.dL_dh),
            "gradient_terms": lambda: net.gradient_terms(run, case.dL_dh),
            "truncated_gradient": lambda: rnn_solutions.truncated_gradient(net, run, case.dL_dh, 2),
            "gradient_map": lambda: rnn_solutions.gradient_map(net, case.x, case.dL_dh),
        }[ask]()


def test_a_forward_of_ones_own_that_returns_no_run_is_named():
    case = draw("RNN")
    net = type("Silent", (Leaky,), {"forward": lambda *_, **__: None})(**case.p, a=0.25)

    with pytest.raises(ValueError, match="forward of Silent must return a RecurrentRun, got NoneType"):
        rnn_solutions.gradient_map(net, case.x, case.dL_dh)


@pytest.mark.parametrize(
    "names",
    [("U", "W"), ("U", "U", "b", "b"), ("x", "W", "b", "b"), ("U", "h_init", "b", "b"), ("U", "W", "W", "b")],
)
def test_names_of_parameters_that_would_hide_a_gradient_are_refused(names):
    with pytest.raises(ValueError, match="parameter_names of Named must name two weights and two biases"):
        type("Named", (Leaky,), {"parameter_names": names})


def test_a_network_must_keep_its_weights_under_their_names():
    Named = type("Named", (Leaky,), {"parameter_names": ("U", "Q", "b", "b")})

    with pytest.raises(ValueError, match=r"Named must keep its weights as U, Q, b, .* got none for Q"):
        Named(**draw("RNN").p, a=0.25)


class Turned(RNN):
    def __init__(self, U, W, b=None, activation="tanh"):
        super().__init__(W, U, b, activation)


def test_a_state_dict_is_handed_over_by_name():
    case = draw("RNN")
    mapping = state_dict(case)

    assert_close(Turned.from_state_dict(mapping).W, case.net.W)
    with pytest.raises(ValueError, match=r"Leaky must be made of U, W, b by name: missing .* 'a'"):
        Leaky.from_state_dict(mapping)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"U": np.full((N, D), np.nan)}, r"U must be finite, got nan at \(0, 0\)"),
        ({"U": np.ones(N)}, r"U must have shape \(3, d\), got \(3,\)"),
        ({"W": np.eye(N) * 1j}, "W must hold real numbers, got dtype complex128"),
        ({"b": np.ones(2)}, r"b must have shape \(3,\), got \(2,\)"),
    ],
)
def test_weights_of_a_network_of_ones_own_are_checked_by_their_names(given, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Leaky(**draw("RNN").p | given, a=0.25)


def test_weights_of_a_network_of_ones_own_may_be_lists_and_must_be_as_many_as_are_named():
    p = draw("RNN").p

    net = Leaky(*(p[name].tolist() for name in "UWb"), a=0.25)

    assert_close(net.W, p["W"])
    with pytest.raises(ValueError, match="keep_weights must get U, W, b, got 2 arrays"):
        type("Bare", (Leaky,), {"__init__": lambda self, U, W: self.keep_weights(U, W)})(p["U"], p["W"])


@pytest.mark.parametrize(
    ("batch", "sequence", "message"),
    [
        ((), (0,), r"sequence must be \(\), got \(0,\)"),
        ((2,), (2,), r"sequence must be \(\) or \(b,\) for b from 0 to 1, got \(2,\)"),
        ((2,), (-1,), r"sequence must be .* got \(-1,\)"),
        ((2,), 1, r"sequence must be .* got 1"),
    ],
)
def test_a_sequence_that_is_none_of_the_batch_is_named(batch, sequence, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        draw("LSTM", batch=batch).run.since(1, sequence)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_wide_run_of_a_narrow_network_is_wide_throughout(kind):
    """In float32 the two biases of the candidate, 2^24 and 1, would add up to 2^24."""
    narrow = {name: np.zeros_like(value, np.float32) for name, value in draw(kind, n=1, d=1).p.items()}
    narrow["W_ih"][2], narrow["b_ih"][2], narrow["b_hh"][2] = 1, 2**24, 1

    run = build(kind, narrow).forward(np.array([[-(2.0**24)]]))

    wide = build(kind, {name: value.astype(float) for name, value in narrow.items()})
    np.testing.assert_array_equal(run.h, wide.forward(run.x).h)
    if kind == "LSTM":
        assert run.g == np.tanh(1)


class Overflowing(Leaky):
    def forward(self, x, h_init=None):
        run = super().forward(x, h_init)
        h = run.h_trail.copy()
        h[3:] = np.inf
        return replace(run, h_trail=h)


class TwoStates(Leaky):
    initial_names = ("h_init", "c_init")

    def forward(self, x, **initial):
        return super().forward(x, initial.get("h_init"))


def test_a_run_that_is_none_is_named():
    p, x = draw("RNN").p, draw("RNN").x
    with pytest.raises(ValueError, match="the state at step 2 is beyond the range"):
        Overflowing(**p, a=0.25).forward(x)
    with pytest.raises(
        ValueError, match=r"`trails` of RecurrentRun must hold one array for each of h_init, c_init, got 1"
    ):
        TwoStates(**p, a=0.25).forward(x)
    with pytest.raises(ValueError, match="net of RNNRun must be the network that ran, got NoneType"):
        replace(draw("RNN").run, net=None)
